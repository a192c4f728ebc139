"""A pack of a small invented province, as files in a folder, for tests that need to break one."""

from pathlib import Path

import pytest

from libs.packs.folder import load
from libs.packs.letters import LANGUAGES, VARIABLES
from libs.packs.model import PackErrors, Problem

FILES = {
    "pack.toml": """\
id = "nho"
name_vi = "Tỉnh Nhỏ"
name_en = "Small Province"
zone = "Asia/Ho_Chi_Minh"
sample = true
arbiter = "TT"
hotline = "1022"
auto_slip = true
margin = 0.2
first_day = 2021-01-01
last_day = 2022-12-31
desk = "TT"
province_office = "TT"
""",
    "clocks.toml": "\n".join(
        f'[{code}]\nname_vi = "v"\nname_en = "e"\n{hours}calendar = "province"\nbasis = "law"\n'
        f'clause = "Điều 10.3"\nowner = "lead"\nper = "{per}"\nstarts = ["{starts}"]\nmeets = ["{meets}"]\n'
        for code, hours, per, starts, meets in (
            ("answer", "hours = 8\n", "slip", "directed", "answered"),
            ("publish", "hours = 4\n", "slip", "answered-by-phone", "published"),
            ("promise", "", "promise", "progress-promised", "answered"),
        )
    ),
    "contacts.csv": "agency,role,name_vi,name_en,email,sms\nYT,unit_head,Giám đốc,Director,d@nho.example,\n",
    "channels.csv": "code,name_vi,name_en,address,clause\nphone,Điện thoại,Telephone,1022,Điều 4.1\n",
    "agencies.csv": """\
code,name_vi,name_en,kind,unit,hotline,email,sms,valid_from,valid_to
TT,Sở Thông tin,Information,department,1,0237 0000 001,a@nho.example,0950 000 001,,
YT,Sở Y tế,Health,department,1,+84 237 0000 002,b@nho.example,,,
H11,UBND huyện Bắc,North,district,11,,c@nho.example,,,
""",
    "units.csv": """\
code,name_vi,level,parent,aliases,valid_from,valid_to
1,Tỉnh Nhỏ,province,,,,
11,Huyện Bắc,district,1,bac|h bac,,
111,Xã Đông,commune,11,,,
""",
    "fields.csv": "code,name_vi,name_en,place,clauses\nF01,Y tế,Health,optional,5.1|5.2\n",
    "routes.csv": """\
id,field,place,lead,offer,note
R1,F01,district,YT|@district,,
R2,F01,*,YT,TT,
""",
    "reasons.csv": """\
kind,code,text_vi,text_en,clause
reject,out-of-scope,Ngoài phạm vi,Out of scope,Điều 9.2
""",
    "hours.csv": """\
profile,weekday,opens,closes,valid_from,valid_to
province,mon,07:30,11:30,,
province,mon,13:30,17:30,,
province,tue,07:30,11:30,,
""",
    "days.csv": """\
day,kind,name,hours,status,confirmed,document
2021-01-01,holiday,Tết Dương lịch,,ok,,
2021-11-24,holiday,Ngày Văn hóa,,policy_only,no,
""",
    "faq.csv": """\
id,field,question,answer,agency,source,checked,status
Q1,F01,Hỏi?,Đáp.,YT,mẫu,2021-11-01,mẫu
""",
    "notices.csv": "id,agency,text,text_en,document,valid_from,valid_to\nTB1,YT,Tạm nghỉ tiêm,,,,\n",
    "corrections.csv": "text,field,note\nxin giấy đi đường,F01,\n",
    "landmarks.csv": "words,unit_code,note\nCầu Đông,111,\n",
    "old_names.csv": "words,unit_code,note\nHuyện Cũ,11,đổi tên\n",
    "quiet_words.csv": "words,note\nthống nhất,từ thường\n",
    "urgent_words.csv": "words,note\nkhó thở,\n",
    "other_provinces.csv": "words\nHà Nội\n",
}


def small_pack(folder: Path, **changed: str) -> Path:
    """Writes a pack without mistakes; `changed` replaces whole files (`__` is the dot of the name)."""
    files = FILES | {name.replace("__", "."): text for name, text in changed.items()}
    files |= {
        f"letters/{code}.{language}.txt": "Yêu cầu {code}\n\nNội dung {code}\n--- sms\n1022: {code}\n"
        for code in VARIABLES
        for language in LANGUAGES
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replaces one piece of text in a file of the pack; the piece must be there."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(PackErrors) as caught:
        load(folder)
    assert str(caught.value)
    assert all(problem.message_vi and problem.message_en for problem in caught.value.problems)
    return caught.value.problems


def places_of(folder: Path) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.field) for problem in problems_of(folder)]
