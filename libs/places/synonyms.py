"""What citizens say and what officials write for the same thing, so that the one finds the other."""

from libs.places.text import canonical, unmarked

# One meaning a line, in words of one or two syllables: general Vietnamese, of no particular place or agency.
_MEANINGS = """
tiêm chủng, tiêm ngừa, tiêm phòng, chích ngừa
vắc xin, thuốc ngừa
xét nghiệm, test
triệu chứng, biểu hiện, dấu hiệu
mắc bệnh, nhiễm bệnh, bị nhiễm, bị bệnh
lây lan, lây nhiễm, lây truyền, truyền nhiễm
tử vong, chết, qua đời
khỏi bệnh, hết bệnh, bình phục, hồi phục
phòng bệnh, phòng tránh, phòng ngừa, ngăn ngừa
mang thai, có thai, có bầu, bà bầu, thai phụ, thai kỳ
trẻ em, trẻ nhỏ, em bé, con nhỏ
người già, lớn tuổi, cao tuổi
nhức đầu, đau đầu
tiêu chảy, đi ngoài, tiêu lỏng
buồn nôn, nôn, ói
dùng thuốc, uống thuốc
sử dụng, dùng, xài
sát khuẩn, sát trùng, khử khuẩn, khử trùng, diệt khuẩn
vi rút, virus, siêu vi
miễn dịch, kháng thể, đề kháng
biến thể, biến chủng
điều trị, chữa bệnh, chữa trị, chữa
bệnh viện, nhà thương
nhập viện, nằm viện, vào viện
xuất viện, ra viện
di chuyển, đi lại, đi đường
phương tiện, xe cộ
máy bay, chuyến bay, hàng không
cư trú, chỗ ở, nơi ở, lưu trú
thuê nhà, nhà trọ, ở trọ
hồ sơ, giấy tờ
thủ tục, trình tự, quy trình
cấp lại, làm lại, xin lại
đăng ký, ghi danh, ghi tên
khai báo, trình báo
chi phí, kinh phí, lệ phí
miễn phí, miễn tiền
hỗ trợ, trợ cấp, trợ giúp, giúp đỡ, cứu trợ
thất nghiệp, mất việc, nghỉ việc, ngừng việc
thu nhập, tiền lương, lương
lao động, công nhân
đi học, nhập học, đến trường
học sinh, học trò
quyên góp, ủng hộ, đóng góp
xử phạt, phạt
công an, cảnh sát
tố giác, tố cáo, phản ánh, báo tin
giả mạo, lừa đảo
điện thoại, hotline, đường dây
kinh doanh, buôn bán, mua bán
thực phẩm, lương thực, thức ăn, đồ ăn
giao hàng, shipper
nhà hàng, quán ăn
thú cưng, thú nuôi, vật nuôi
điều hòa, máy lạnh
luyện tập, tập luyện, vận động, thể thao
chiếu sáng, đèn đường
chất thải, rác thải, rác
ngập úng, ngập nước, ngập
mất điện, cúp điện, cắt điện
mất nước, cúp nước, cắt nước
kết hôn, cưới
"""


def _term(word: str) -> str:
    """As the index holds it: two syllables without marks; one alone with them, or it would be many words."""
    return unmarked(canonical(word)) if " " in word else canonical(word)


def _table() -> dict[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for line in _MEANINGS.strip().splitlines():
        terms = [_term(word) for word in line.split(", ")]
        others |= {term: tuple(other for other in terms if other != term) for term in terms}
    return others


SYNONYMS = _table()
"""A term of the index → the other terms of the same meaning."""
