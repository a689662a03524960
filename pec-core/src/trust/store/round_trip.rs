//! Trust data, however filled, are the same after JSON.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Certificates that can be read, whatever they are for.
fn given() -> impl Strategy<Value = Vec<Given>> {
    let one = (0..public_roots().count()).prop_map(|at| {
        let der = public_roots().nth(at).unwrap().to_vec();
        Given { sha256: Fingerprint(sha256(&der)), der }
    });
    vec(one, 0..3)
}

fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| format!("x{text}"))
}

prop_compose! {
    fn data()(
        (days, keys) in (0..40_000_i64, vec((vec(any::<u8>(), 0..40), text(), text(), any::<bool>()), 1..4)),
        listed in vec((any::<[u8; 32]>(), 0..2_000_000_000_i64, 1..1_000_000_000_i64, any::<bool>(), text()), 0..4),
        (root, root_name, root_source) in (any::<[u8; 32]>(), text(), any::<String>()),
        (hosts, source) in (vec("[a-z0-9-]{1,8}\\.[a-z]{2,5}", 0..4), any::<String>()),
        (host_anchors, time_stamp_anchors, login_anchors, intermediates) in (given(), given(), given(), given()),
    ) -> Data {
        let anchor = |old| if old { Pinned::DigitpaCa1 } else { Pinned::AgidCa1 };
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let mut pins: Vec<Pin> = Vec::new();
        for (public_key, common_name, source, old) in keys {
            let spki_sha256 = Fingerprint(sha256(&public_key));
            if pins.iter().all(|pin| pin.spki_sha256 != spki_sha256) {
                let organization = source.clone();
                pins.push(Pin { anchor: anchor(old), spki_sha256, public_key, organization, common_name, source });
            }
        }
        Data {
            version: VERSION,
            data_date: jiff::civil::date(1990, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap(),
            pins,
            certificates: listed
                .into_iter()
                .map(|(print, from, life, old, source)| Listed {
                    anchor: anchor(old),
                    sha256: Fingerprint(print),
                    not_before: at(from),
                    not_after: at(from + life),
                    source,
                })
                .collect(),
            root: Root { spki_sha256: Fingerprint(root), common_name: root_name, source: root_source },
            provider_hosts: ProviderHosts { source, hosts },
            host_anchors,
            time_stamp_anchors,
            login_anchors,
            intermediates,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn what_is_written_is_read_back(data in data(), other in data()) {
        let store = TrustStore::with_data(data, Facts::Replaced);
        let read = TrustStore::from_json(&store.to_json());
        prop_assert_eq!(read.as_ref(), Ok(&store));
        prop_assert_eq!(read.map(|read| read.id()), Ok(store.id()));
        let other = TrustStore::with_data(other, Facts::Replaced);
        prop_assert_eq!(other == store, other.id() == store.id());
    }

    #[test]
    fn fingerprints_are_read_back(bytes in any::<[u8; 32]>(), text in "[0-9a-fA-F]{60,68}") {
        let print = Fingerprint(bytes);
        prop_assert_eq!(Fingerprint::parse(&print.to_string()), Some(print));
        let read = Fingerprint::parse(&text).map(|print| print.to_string());
        prop_assert_eq!(read, (text.len() == 64).then(|| text.to_ascii_lowercase()));
    }

    /// One character of the JSON changed: another store, or none; never the same one by accident.
    #[test]
    fn no_text_is_taken_for_trust_data(place in any::<prop::sample::Index>(), with in "[ -~]") {
        let json = TrustStore::built_in().to_json();
        let at = place.index(json.len());
        let changed = format!("{}{with}{}", &json[..at], &json[at + 1..]);
        if let Ok(store) = TrustStore::from_json(&changed) {
            let again = TrustStore::from_json(&store.to_json());
            prop_assert_eq!(again, Ok(store));
        }
    }
}
