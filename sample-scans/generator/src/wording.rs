//! What the papers say: sentences written for this project, with invented people and places.

use crate::letter::{Block, Closing, Head, Letter, Look};
use crate::rng::Rng;

/// Communes of the invented district.
const COMMUNES: [&str; 8] =
    ["Phú Lộc", "Đông Mỹ", "Thạch Hòa", "Vĩnh Thịnh", "Yên Lãng", "Tân Hưng", "Quảng Phúc", "Xuân Trường"];
const FAMILY: [&str; 9] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Vũ", "Bùi", "Đỗ"];
const MEN: [&str; 10] = [
    "Văn Hậu",
    "Đức Thắng",
    "Quang Huy",
    "Hữu Phước",
    "Minh Tuấn",
    "Xuân Trường",
    "Ngọc Sơn",
    "Tiến Dũng",
    "Bá Lộc",
    "Công Thành",
];
const WOMEN: [&str; 10] = [
    "Thị Hường",
    "Thị Mỹ Duyên",
    "Thu Thủy",
    "Thị Ngọc Ánh",
    "Bích Phượng",
    "Thị Hồng Nhung",
    "Kim Chi",
    "Thị Tuyết",
    "Phương Thảo",
    "Thị Lụa",
];

/// The name of a man.
pub fn man(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(&FAMILY), rng.pick(&MEN))
}

/// The name of a woman.
pub fn woman(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(&FAMILY), rng.pick(&WOMEN))
}

/// A commune.
pub fn commune(rng: &mut Rng) -> &'static str {
    COMMUNES[rng.whole(0, COMMUNES.len() as u32 - 1) as usize]
}

const LAND: [&str; 10] = [
    "Thực hiện Kế hoạch số {so}/KH-UBND của Ủy ban nhân dân tỉnh Sơn Bình về việc đo đạc, lập hồ sơ địa chính trên địa bàn huyện Thạch Khê, Phòng Tài nguyên và Môi trường đã phối hợp với Ủy ban nhân dân xã {xa} tổ chức kiểm tra thực địa từ ngày {ngay}.",
    "Qua kiểm tra, tổng diện tích đất nông nghiệp đang sử dụng ổn định là {dt} m², trong đó {so} thửa đã được cấp giấy chứng nhận quyền sử dụng đất, các thửa còn lại chưa đủ điều kiện do ranh giới giữa các hộ chưa được xác định rõ ràng.",
    "Hộ ông {nam} và hộ bà {nu}, cùng thường trú tại xã {xa}, đã thống nhất ranh giới thửa đất số {so}, tờ bản đồ số 12, có biên bản ký giáp ranh ngày {ngay} kèm theo.",
    "Ủy ban nhân dân xã {xa} có trách nhiệm niêm yết công khai danh sách các hộ đủ điều kiện tại trụ sở trong thời hạn 15 ngày, tiếp nhận và giải quyết ý kiến phản ánh của nhân dân, tổng hợp kết quả báo cáo về Phòng Tài nguyên và Môi trường trước ngày {ngay}.",
    "Đề nghị Văn phòng Đăng ký đất đai rà soát hồ sơ lưu trữ, đối chiếu với sổ mục kê lập năm 1995 và bản đồ giải thửa, xác nhận nguồn gốc sử dụng đất của {so} hộ gia đình có tên trong danh sách gửi kèm.",
    "Các trường hợp sử dụng đất không đúng mục đích được lập biên bản riêng, giao cho công chức địa chính theo dõi; không được cấp giấy chứng nhận khi chưa hoàn thành nghĩa vụ tài chính theo quy định của pháp luật.",
    "Kinh phí đo đạc, chỉnh lý được chi từ nguồn sự nghiệp kinh tế trong năm là {dt}.000 đồng, thanh toán theo khối lượng thực tế đã nghiệm thu giữa đơn vị tư vấn và Ủy ban nhân dân xã.",
    "Trong quá trình thực hiện nếu có khó khăn, vướng mắc, đề nghị các cơ quan, đơn vị phản ánh kịp thời về Ủy ban nhân dân huyện để được xem xét, hướng dẫn giải quyết.",
    "Nhân dân địa phương cơ bản đồng tình với phương án đã công bố; còn {so} ý kiến đề nghị xem lại giá bồi thường cây trồng lâu năm và nhà tạm dọc theo tuyến mương nội đồng.",
    "Hồ sơ gồm đơn đăng ký, biên bản xác định ranh giới, trích lục bản đồ địa chính và bản sao giấy tờ tùy thân của người sử dụng đất, được sắp xếp theo thứ tự số thửa và đóng thành tập.",
];

const OFFICE: [&str; 10] = [
    "Căn cứ nhiệm vụ được giao, Phòng Tư pháp đã tiến hành kiểm tra công tác đăng ký và quản lý hộ tịch tại xã {xa}; kết quả cho thấy sổ đăng ký khai sinh, khai tử, kết hôn được lập và khóa sổ đúng quy định.",
    "Trong năm, Ủy ban nhân dân xã {xa} đã đăng ký khai sinh cho {so} trường hợp, cấp {so} bản sao trích lục, chứng thực {dt} bản sao từ bản chính, không để xảy ra khiếu nại, tố cáo.",
    "Một số trang sổ lập trước năm 1980 bị ố vàng, rách mép, chữ viết mờ, cần được phục chế và số hóa để bảo quản lâu dài, phục vụ yêu cầu khai thác của công dân.",
    "Đề nghị các cơ quan chuyên môn bố trí kho lưu trữ bảo đảm khô ráo, có giá kệ và thiết bị phòng cháy, chữa cháy; giao nộp hồ sơ đến hạn vào lưu trữ lịch sử đúng thời gian quy định.",
    "Ông {nam}, công chức Tư pháp - Hộ tịch xã {xa}, được cử tham gia lớp bồi dưỡng nghiệp vụ từ ngày {ngay}; kinh phí do Sở Tư pháp tỉnh Sơn Bình chi trả.",
    "Bà {nu} có đơn đề nghị cải chính ngày sinh trong giấy khai sinh số {so}; sau khi đối chiếu với sổ gốc lưu tại Ủy ban nhân dân huyện, xét thấy nội dung đề nghị là có cơ sở.",
    "Việc giao nhận tài liệu phải có biên bản, ghi rõ số lượng hồ sơ, số tờ, tình trạng vật lý của tài liệu; người giao và người nhận chịu trách nhiệm về tính đầy đủ của từng hồ sơ.",
    "Chánh Văn phòng, Trưởng phòng Tư pháp, Chủ tịch Ủy ban nhân dân các xã, thị trấn và các cá nhân có liên quan chịu trách nhiệm thi hành văn bản này kể từ ngày ký.",
    "Số liệu tổng hợp đến ngày {ngay} cho thấy toàn huyện còn {so} mét giá tài liệu chưa được chỉnh lý, tập trung ở khối các xã vùng cao và hai đơn vị sự nghiệp.",
    "Cán bộ được phân công phải giữ gìn bí mật nhà nước, không sao chụp, cung cấp tài liệu ra ngoài cơ quan khi chưa được phép của người có thẩm quyền.",
];

const RECIPIENTS: [&str; 6] = [
    "- Như trên;",
    "- Sở Tư pháp tỉnh Sơn Bình;",
    "- Chủ tịch, các Phó Chủ tịch;",
    "- UBND các xã, thị trấn;",
    "- Phòng Tài nguyên và Môi trường;",
    "- Lưu: VT, TP (03).",
];

/// A sentence with its gaps filled.
pub fn filled(rng: &mut Rng, year: u32, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((gap, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&match gap {
            "xa" => commune(rng).to_owned(),
            "nam" => man(rng),
            "nu" => woman(rng),
            "so" => rng.whole(11, 398).to_string(),
            "dt" => format!("{}.{:03}", rng.whole(1, 86), rng.whole(0, 999)),
            _ => date(rng, year),
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A day in numbers.
pub fn date(rng: &mut Rng, year: u32) -> String {
    format!("{:02}/{:02}/{year}", rng.whole(1, 28), rng.whole(1, 12))
}

/// Some paragraphs of a pool, none twice.
fn paragraphs(rng: &mut Rng, year: u32, pool: &[&str], count: usize) -> Vec<Block> {
    let mut left: Vec<&str> = pool.to_vec();
    let mut out = Vec::new();
    while out.len() < count && !left.is_empty() {
        let at = rng.whole(0, left.len() as u32 - 1) as usize;
        let text = left.remove(at);
        out.push(Block::Paragraph(filled(rng, year, text)));
    }
    out
}

fn place(rng: &mut Rng, year: u32) -> String {
    format!("Thạch Khê, ngày {:02} tháng {:02} năm {year}", rng.whole(1, 28), rng.whole(1, 12))
}

fn closing(rng: &mut Rng, role: &[&str], seal: &str) -> Block {
    let recipients = RECIPIENTS.iter().map(|line| (*line).to_owned()).filter(|_| rng.unit() < 0.75).collect();
    let name = man(rng);
    Block::Closing(Closing {
        recipients,
        role: role.iter().map(|line| (*line).to_owned()).collect(),
        name,
        seal: seal.to_owned(),
    })
}

/// Which pool of sentences a paper draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// Land.
    Land,
    /// The work of an office.
    Office,
}

impl Matter {
    fn pool(self) -> &'static [&'static str] {
        match self {
            Self::Land => &LAND,
            Self::Office => &OFFICE,
        }
    }
}

/// A letter of the district's people's committee with so many paragraphs.
pub fn official_letter(rng: &mut Rng, year: u32, look: Look, matter: Matter, count: usize) -> Letter {
    let about = match matter {
        Matter::Land => "V/v rà soát hồ sơ địa chính và cấp giấy chứng nhận quyền sử dụng đất",
        Matter::Office => "V/v tăng cường công tác quản lý hộ tịch và lưu trữ tài liệu",
    };
    let mut body = vec![Block::Subtitle(format!("Kính gửi: Ủy ban nhân dân xã {}", commune(rng)))];
    body.extend(paragraphs(rng, year, matter.pool(), count));
    body.push(Block::Paragraph(
        "Trên đây là ý kiến của Ủy ban nhân dân huyện, đề nghị các đơn vị nghiêm túc triển khai thực hiện./."
            .to_owned(),
    ));
    body.push(closing(
        rng,
        &["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        "ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ",
    ));
    Letter {
        look,
        head: Some(Head {
            parent: "UBND TỈNH SƠN BÌNH".to_owned(),
            issuer: "ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ".to_owned(),
            number: format!("Số: {}/UBND-TP", rng.whole(12, 980)),
            about: about.to_owned(),
            place: place(rng, year),
        }),
        stamp: None,
        body,
    }
}

/// A decision with grounds and articles.
pub fn decision(rng: &mut Rng, year: u32, look: Look, matter: Matter, articles: usize) -> Letter {
    let subject = match matter {
        Matter::Land => {
            format!("Về việc cấp giấy chứng nhận quyền sử dụng đất cho các hộ gia đình tại xã {}", commune(rng))
        }
        Matter::Office => "Về việc thành lập Tổ công tác chỉnh lý và số hóa tài liệu lưu trữ".to_owned(),
    };
    let mut body = vec![
        Block::Title("QUYẾT ĐỊNH".to_owned()),
        Block::Subtitle(subject),
        Block::Title("CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ".to_owned()),
        Block::Ground(
            if year > 2015 {
                "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;"
            } else {
                "Căn cứ Luật Tổ chức Hội đồng nhân dân và Ủy ban nhân dân ngày 26 tháng 11 năm 2003;"
            }
            .to_owned(),
        ),
        Block::Ground("Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;".to_owned()),
        Block::Ground(format!("Xét đề nghị của Trưởng phòng Tư pháp tại Tờ trình số {}/TTr-TP.", rng.whole(3, 90))),
        Block::Title("QUYẾT ĐỊNH:".to_owned()),
    ];
    for (i, block) in paragraphs(rng, year, matter.pool(), articles).into_iter().enumerate() {
        if let Block::Paragraph(text) = block {
            body.push(Block::Paragraph(format!("Điều {}. {text}", i + 1)));
        }
    }
    body.push(closing(rng, &["CHỦ TỊCH"], "ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ"));
    Letter {
        look,
        head: Some(Head {
            parent: String::new(),
            issuer: "ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ".to_owned(),
            number: format!("Số: {}/QĐ-UBND", rng.whole(12, 980)),
            about: String::new(),
            place: place(rng, year),
        }),
        stamp: None,
        body,
    }
}

/// A report that runs over several pages.
pub fn report(rng: &mut Rng, year: u32, look: Look, matter: Matter) -> Letter {
    let mut body = vec![
        Block::Title("BÁO CÁO".to_owned()),
        Block::Subtitle(format!("Kết quả thực hiện nhiệm vụ năm {year} và phương hướng năm {}", year + 1)),
    ];
    let mut rest = paragraphs(rng, year, matter.pool(), 9).into_iter();
    for heading in ["I. ĐẶC ĐIỂM TÌNH HÌNH", "II. KẾT QUẢ ĐẠT ĐƯỢC", "III. TỒN TẠI VÀ KIẾN NGHỊ"]
    {
        body.push(Block::Heading(heading.to_owned()));
        body.extend(rest.by_ref().take(3));
    }
    body.push(closing(rng, &["TRƯỞNG PHÒNG"], "PHÒNG TƯ PHÁP HUYỆN THẠCH KHÊ"));
    Letter {
        look,
        head: Some(Head {
            parent: "UBND HUYỆN THẠCH KHÊ".to_owned(),
            issuer: "PHÒNG TƯ PHÁP".to_owned(),
            number: format!("Số: {}/BC-TP", rng.whole(12, 180)),
            about: String::new(),
            place: place(rng, year),
        }),
        stamp: None,
        body,
    }
}
