use super::*;
use crate::delegation::{CodeError, DeniedCode, ProductCode};
use crate::tax_id::TaxIdError;

fn catalogue() -> Catalogue {
    let product = Product { name: "Standard".try_into().unwrap(), purchased: 3, transforms_to: [].into() };
    let products = [("standard".try_into().unwrap(), product)].into();
    Catalogue { products, domains: ["pec.dominio.it".try_into().unwrap()].into() }
}

fn form() -> RequestForm {
    RequestForm {
        requester_first_name: "Maria".into(),
        requester_surname: "Rossi".into(),
        requester_tax_id: "RSSMRA85T10A562S".into(),
        holder_name: "Comune di Prova".into(),
        holder_tax_id: "00743110157".into(),
        contact: "maria.rossi@comune.example".into(),
        ..RequestForm::default()
    }
}

fn row(address: &str) -> BoxRow {
    BoxRow { address: address.into(), description: String::new(), user_email: "utente@comune.example".into() }
}

fn standard() -> ProductCode {
    "standard".try_into().unwrap()
}

#[test]
fn rows_19_21_22_24_one_request_for_several_boxes_in_three_steps() {
    let catalogue = catalogue();
    let described = BoxRow { description: "Ufficio gare".into(), ..row("gare@pec.dominio.it") };
    let step = form().product(&catalogue, &standard()).unwrap().with(row("Mario.Rossi@pec.dominio.it")).with(described);
    let summary = step.summary().unwrap();
    let shown: Vec<(&str, &str)> =
        summary.boxes().iter().map(|it| (it.address.as_str(), it.description.as_str())).collect();
    assert_eq!(shown, [("mario.rossi@pec.dominio.it", "mario.rossi"), ("gare@pec.dominio.it", "Ufficio gare")]);
    assert_eq!(summary.requester().surname.as_str(), "Rossi");
    assert_eq!(summary.holder().name.as_str(), "Comune di Prova");
    assert_eq!((summary.order.as_ref(), summary.expiry_year), (None, None), "no meaning for a public body");
    let (kept, rows) = step.back();
    assert_eq!((kept, rows.len()), (form(), 2), "nothing that was typed is lost on the way back");
}

#[test]
fn row_20_only_what_was_purchased_can_be_chosen() {
    let refused = form().product(&catalogue(), &"massive".try_into().unwrap()).unwrap_err();
    assert_eq!(refused.0[0].path, "product");
    assert_eq!(refused.0[0].problem, RequestProblem::Denied(DeniedCode::ProductNotPurchased));
}

#[test]
fn rows_23_and_25_all_errors_at_once_each_with_its_field() {
    let wrong = RequestForm {
        requester_surname: " ".into(),
        holder_tax_id: "00743110158".into(),
        contact: "nobody".into(),
        expiry_year: "MMXXVI".into(),
        ..form()
    };
    let catalogue = catalogue();
    let step = wrong.product(&catalogue, &standard()).unwrap();
    let step = step.with(row("a@pec.dominio.it")).with(row("mario.rossi")).with(row("a@altro.it"));
    let step = step.with(BoxRow { user_email: String::new(), ..row("A@pec.dominio.it") });
    let errors = step.summary().unwrap_err();
    let found: Vec<(&str, RequestProblem)> =
        errors.0.iter().map(|error| (error.path.as_str(), error.problem)).collect();
    use RequestProblem as P;
    let expected = [
        ("requester.surname", P::Code(CodeError::Empty)),
        ("holder.tax_id", P::TaxId(TaxIdError::Check { expected: '7' })),
        ("contact", P::Code(CodeError::Address)),
        ("expiry_year", P::Year),
        ("boxes[1].address", P::Code(CodeError::Address)),
        ("boxes[2].address", P::Denied(DeniedCode::DomainNotAvailable)),
        ("boxes[3].address", P::Twice),
        ("boxes[3].user_email", P::Code(CodeError::Empty)),
    ];
    assert_eq!(found, expected);
    let none = form().product(&catalogue, &standard()).unwrap().summary().unwrap_err();
    assert_eq!(none.0[0].problem, P::Denied(DeniedCode::Nothing));
}
