//! Papers in other languages: French typescripts of the nineteen-thirties, a Chinese petition, an English letter.

use crate::canvas::{BLACK, Canvas, RIBBON, Type};
use crate::fonts::{Face, Fonts};
use crate::rng::Rng;
use crate::sheet::{Align, Sheet};

const FRENCH: [&str; 14] = [
    "J'ai l'honneur de vous rendre compte que, conformément aux instructions contenues dans votre dépêche du 12 mars dernier, il a été procédé à la vérification des registres de l'état civil indigène dans les villages de la délégation.",
    "Les notables ont été réunis à la maison commune et invités à présenter les rôles de l'impôt personnel, les titres fonciers ainsi que les procès-verbaux de bornage établis depuis l'année 1928.",
    "Il résulte de cet examen que plusieurs parcelles, d'une superficie totale de quarante-deux hectares, n'ont jamais été portées au cadastre et demeurent l'objet de contestations entre les villages voisins.",
    "Je vous serais obligé de bien vouloir me faire connaître, par retour du courrier, la suite qu'il convient de réserver à cette affaire et si la dépense peut être imputée sur les crédits du budget local.",
    "La digue de la rive gauche, fortement endommagée par la crue du mois d'août, a été réparée sur une longueur de trois kilomètres; les travaux ont occupé six cents coolies pendant dix-huit jours.",
    "La récolte du dixième mois s'annonce satisfaisante dans les cantons du nord; elle est en revanche compromise dans la région basse où les eaux ne se sont retirées qu'à la fin du mois de septembre.",
    "L'école de garçons compte actuellement cent quatre-vingt-sept élèves répartis en quatre classes; le mobilier est insuffisant et la toiture réclame des réparations urgentes avant la saison des pluies.",
    "Le service vétérinaire a signalé quelques cas de peste bovine; les mesures prophylactiques prescrites par l'arrêté du 4 février ont été aussitôt appliquées et l'épizootie paraît enrayée.",
    "Aucun incident notable n'est à signaler au point de vue politique. L'esprit de la population demeure bon et les impôts rentrent régulièrement malgré la baisse persistante du prix du riz.",
    "Le secrétaire interprète chargé de la traduction des pièces en caractères a terminé son travail; vous trouverez ci-joint la copie certifiée conforme de chacun des trente-quatre documents.",
    "Par arrêté du Résident supérieur en date du 8 juin, le village de Phu-Lôc est autorisé à contracter un emprunt de deux mille piastres destiné à la construction d'un marché couvert.",
    "Le commis des douanes fait observer que la saline produit chaque année environ neuf cents tonnes, dont les deux tiers sont expédiés par jonques vers les dépôts de la Régie.",
    "Les archives de la délégation, conservées jusqu'ici dans un local humide, ont été transférées au premier étage du nouveau bâtiment et classées par ordre de matières suivant le cadre prescrit.",
    "Veuillez agréer, Monsieur le Résident supérieur, l'assurance de mon respectueux dévouement.",
];

const CHINESE: [&str; 7] = [
    "立憑據人阮文厚係富祿社人氏",
    "緣有祖遺水田一所坐落本社東界上至溝渠下至官路左接陳家田右接黎家田共計三畝五分",
    "今因家計不足情願將此田賣與本社里長陳公成管業收租",
    "當日三面言定時價銀一百二十元整其銀即日交足並無短少",
    "自賣之後任從買主耕種納稅子孫不得異言若有爭執賣主自當承理不干買主之事",
    "恐口無憑立此文契一紙交買主收執永遠為照",
    "保大九年三月初五日",
];

const ENGLISH: [&str; 5] = [
    "We refer to your letter of 14 May 2019 concerning the preservation of civil status registers kept at the district archives of Thach Khe, and thank you for the hospitality shown to our two conservators during their visit.",
    "The registers examined are in fair condition. Of 212 volumes, 37 show water damage along the lower edge, 15 have loose bindings and 4 carry traces of mould; none of them should be opened flat under glass before they have been dried and repaired.",
    "We recommend that the volumes be scanned face up in a cradle at 300 dots per inch, in colour, with a colour target on the first image of each volume, and that the shelf mark be written on a slip rather than on the binding.",
    "A list of the repair materials, with quantities and prices, is attached. The Association is able to bear the cost of Japanese tissue and wheat starch paste; transport within the province would remain with the People's Committee.",
    "We would be grateful for your reply before the end of July so that the work can begin in the dry season.",
];

/// A typed report to the Résident supérieur; `first` is the first sentence of the pool that it uses.
pub fn typescript<'a>(fonts: &'a Fonts, name: &str, number: u32, year: u32, first: usize) -> Sheet<'a> {
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(name));
    let style = Type { face: Face::Typewriter, points: 11.5, ink: RIBBON, unrest: 0.8 };
    let bold = Type { face: Face::TypewriterBold, ..style };
    let mut y = 24.0;
    for line in ["PROTECTORAT DU TONKIN", "PROVINCE DE SON-BINH", "DELEGATION DE THACH-KHE"] {
        sheet.line(style, line, Align::Left, 22.0, 110.0, y);
        y += 6.0;
    }
    sheet.line(style, &format!("N° {number}-A"), Align::Left, 22.0, 110.0, y + 3.0);
    let (day, month) = (sheet.rng.whole(2, 28), *sheet.rng.pick(&["février", "mars", "juin", "octobre", "novembre"]));
    sheet.line(style, &format!("Thach-Khê, le {day} {month} {year}"), Align::Left, 112.0, 195.0, 44.0);
    sheet.line(bold, "L'Administrateur délégué", Align::Centre, 60.0, 190.0, 60.0);
    sheet.line(style, "à Monsieur le Résident supérieur au Tonkin", Align::Centre, 60.0, 190.0, 67.0);
    sheet.line(style, "HANOI", Align::Centre, 60.0, 190.0, 74.0);
    y = 88.0;
    let count = FRENCH.len() - 1;
    for i in 0..5 {
        y = typed_paragraph(&mut sheet, style, FRENCH[(first + i) % count], y);
    }
    y = typed_paragraph(&mut sheet, style, FRENCH[count], y);
    sheet.line(style, "Signé: H. DELMAS", Align::Centre, 110.0, 190.0, y + 12.0);
    sheet.signature(150.0, y + 24.0);
    sheet
}

fn typed_paragraph(sheet: &mut Sheet<'_>, style: Type, text: &str, y: f32) -> f32 {
    let mut y = y;
    for (i, line) in sheet.broken(style, text, 166.0, 14.0).into_iter().enumerate() {
        let left = if i == 0 { 40.0 } else { 26.0 };
        sheet.line(style, &line, Align::Left, left, 196.0, y);
        y += 6.4;
    }
    y + 2.0
}

/// A deed of sale in Chinese characters, written in lines from left to right as the copyist of the Résidence did.
pub fn chinese<'a>(fonts: &'a Fonts, name: &str) -> Sheet<'a> {
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(name));
    let style = Type { face: Face::Chinese, points: 17.0, ink: BLACK, unrest: 0.3 };
    sheet.line(Type { points: 24.0, ..style }, "賣田文契", Align::Centre, 30.0, 180.0, 36.0);
    let mut y = 58.0;
    for text in CHINESE {
        y = sheet.boxed(style, text, Align::Left, (30.0, 184.0), y, 12.0) + 4.0;
    }
    y += 6.0;
    for line in ["立契人阮文厚", "見證人黎德勝", "代書人范光輝"] {
        sheet.line(style, line, Align::Left, 110.0, 184.0, y);
        y += 13.0;
    }
    sheet
}

/// A letter in English.
pub fn english<'a>(fonts: &'a Fonts, name: &str) -> Sheet<'a> {
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(name));
    let style = Type::print(Face::Book, 11.0);
    sheet.line(
        Type::print(Face::SansBold, 15.0),
        "Northern Association for Paper Records",
        Align::Left,
        25.0,
        190.0,
        28.0,
    );
    sheet.line(Type::print(Face::Sans, 9.0), "12 Harbour Lane, Port Ellery", Align::Left, 25.0, 190.0, 34.0);
    sheet.rule((25.0, 37.5), (188.0, 37.5), 2.5, BLACK);
    sheet.line(style, "3 June 2019", Align::Left, 25.0, 190.0, 50.0);
    sheet.line(style, "The Chairman, People's Committee of Thach Khe District", Align::Left, 25.0, 190.0, 62.0);
    sheet.line(
        Type::print(Face::SansBold, 11.0),
        "Preservation of the civil status registers",
        Align::Left,
        25.0,
        190.0,
        76.0,
    );
    sheet.line(style, "Dear Sir,", Align::Left, 25.0, 190.0, 88.0);
    let mut y = 97.0;
    for text in ENGLISH {
        let lines = sheet.broken(style, text, 163.0, 0.0);
        let count = lines.len();
        for (i, line) in lines.into_iter().enumerate() {
            sheet.justified(style, &line, 25.0, 188.0, y, i + 1 == count);
            y += 6.2;
        }
        y += 3.0;
    }
    sheet.line(style, "Yours faithfully,", Align::Left, 25.0, 190.0, y + 3.0);
    sheet.signature(45.0, y + 17.0);
    sheet.line(style, "Margaret Ellison, Secretary", Align::Left, 25.0, 190.0, y + 32.0);
    sheet
}
