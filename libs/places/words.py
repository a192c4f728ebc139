"""Small tables of the Vietnamese language: short forms, kinds of unit, words that make a name not a place."""

_SHORT = {
    "khong": "k ko kg kh khg hok hong khum",
    "duoc": "dc dk duocj",
    "em": "e",
    "minh": "mk mik",
    "a": "ak ah aj",
    "gi": "j ji",
    "roi": "r rui",
    "voi": "vs",
    "nguoi": "ng nguoy",
    "moi nguoi": "mn mng",
    "cung": "cx cg",
    "biet": "bit bik",
    "lam": "lm",
    "nhu the nao": "ntn",
    "bao nhieu": "bn bnh",
    "bao gio": "bg",
    "bay gio": "bh",
    "hom nay": "hnay hn",
    "hom qua": "hqua",
    "noi chung": "nch",
    "vay": "zay z",
    "nha": "nhe nhaz",
    "thong tin": "ttin",
    "dien thoai": "dt dthoai",
    "so dien thoai": "sdt",
    "tai khoan": "tk",
    "chuyen khoan": "ck",
    "gia dinh": "gd gdinh",
    "hoc sinh": "hs",
    "sinh vien": "sv",
    "lao dong": "ld",
    "cong nhan": "cnhan",
    "cong ty": "cty cti ct",
    "khu cong nghiep": "kcn",
    "benh vien": "bv bvien",
    "bac sy": "bs",
    "xet nghiem": "xn",
    "cach ly": "cly",
    "khai bao y te": "kbyt",
    "vac xin": "vx vaccine vaccines vaccin vacxin vacin vaxin vacine",
    "covid": "covit cv19 ncov corona covid19",
    "uy ban nhan dan": "ubnd",
    "uy ban": "ub",
    "thanh pho": "tp",
    "thi xa": "tx",
    "nghi quyet": "nq",
    "quyet dinh": "qd",
    "can cuoc cong dan": "cccd",
    "chung minh nhan dan": "cmnd cmt cmtnd",
    "bao hiem y te": "bhyt",
    "bao hiem xa hoi": "bhxh",
    "bao hiem that nghiep": "bhtn",
    "giay phep lai xe": "gplx",
    "mat tran to quoc": "mttq",
    "trung hoc pho thong": "thpt ptth",
    "trung hoc co so": "thcs",
    "canh sat giao thong": "csgt",
    "phong chong dich": "pcd",
}
# folded short form → folded words
EXPANSIONS = {short: tuple(full.split()) for full, shorts in _SHORT.items() for short in shorts.split()}

# kind of unit, with marks → its level; and the short forms people put before a name
KINDS = {
    "tỉnh": "province",
    "thành phố": "district",
    "thị xã": "district",
    "huyện": "district",
    "quận": "district",
    "thị trấn": "commune",
    "phường": "commune",
    "xã": "commune",
}
SHORT_KINDS = {
    "tp": "thành phố",
    "tx": "thị xã",
    "h": "huyện",
    "q": "quận",
    "tt": "thị trấn",
    "p": "phường",
    "f": "phường",
    "x": "xã",
}

# Directly before a bare name these make it a street or a person, not a commune; a surname only when
# capitalised ("Lê Minh Sơn"), since "mai" is also tomorrow.
_STREETS = ("đường", "duong", "phố", "ngõ", "ngách", "hẻm")
_TITLES = ("anh", "chị", "ông", "bà", "cô", "chú", "bác", "cụ", "cháu", "tên")
NOT_A_UNIT_AFTER = frozenset((*_STREETS, *_TITLES))
_SURNAMES = """
nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý trịnh mai đào hà cao lưu lương thị văn
"""
SURNAMES = frozenset(_SURNAMES.split())

# Courtesies that say nothing about the question.
COURTESIES = (
    "xin chao bac sy",
    "chao bac sy",
    "nho bac sy tu van",
    "xin bac sy tu van",
    "xin cam on",
    "cam on bac sy",
    "cam on",
    "xin hoi",
    "cho toi hoi",
    "cho em hoi",
    "cho minh hoi",
    "xin chao",
)
