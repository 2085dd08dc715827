use super::*;
use crate::{schema, seed, store::Store};

/// Runs a query over the seeded people and names those found.
fn users(query: &str) -> Vec<String> {
    let dir = tempfile::tempdir().expect("folder");
    let store = Store::open(dir.path(), 1_000, schema::Schema::default()).expect("open");
    let table = schema::table("sys_user").expect("known");
    store.read(|tables| {
        let rows = Query::parse(tables, table, query).run(tables, table);
        rows.iter().map(|row| row.get("user_name").to_owned()).collect()
    })
}

#[track_caller]
fn check(query: &str, expect: &[seed::Person]) {
    let found = users(query);
    let expect: Vec<&str> = expect.iter().map(|person| person.user_name).collect();
    assert_eq!(found, expect, "{query}");
}

use seed::{INES, INES_OLD, JOZEF, MARA, SIOBHAN, TOM};

#[test]
fn each_operator_finds_what_it_says() {
    check("email=TOM.okafor@larkfield.example", &[TOM]);
    check("email!=tom.okafor@larkfield.example^vip=true", &[MARA]);
    check("user_nameSTARTSWITHines", &[INES_OLD, INES]);
    check("emailENDSWITHquayside.example", &[SIOBHAN, JOZEF]);
    check("titleLIKEofficer", &[MARA]);
    check("emailNOT LIKElarkfield", &[SIOBHAN, JOZEF]);
    check("user_nameINtom.okafor,jozef.kral", &[TOM, JOZEF]);
    check("phoneISEMPTY", &[INES_OLD]);
    check("phoneISNOTEMPTY^active=1^companyISNOTEMPTY^vip=True", &[MARA]);
    check("phone=NULL", &[INES_OLD]);
    check("user_name>siobhan^ORDERBYuser_name", &[SIOBHAN, TOM]);
    check("phoneEMPTYSTRING", &[INES_OLD]);
    check("phoneANYTHING^vip=true", &[MARA]);
    check("first_nameSAMEASlast_name", &[]);
    check("user_nameSAMEASuser_name^vip=true", &[MARA]);
    check("user_nameBETWEENmara@siobhan.z^ORDERBYuser_name", &[MARA, SIOBHAN]);
    check("123TEXTQUERY321=quayside surveyor", &[JOZEF]);
}

#[test]
fn joins_bind_as_documented() {
    check("active=true^user_name=tom.okafor^ORuser_name=ines.duarte.old", &[TOM]);
    check("active=false^NQvip=true", &[MARA, INES_OLD]);
    check("user_nameLIKEines^ORDERBYDESCsys_id", &[INES, INES_OLD]);
    check("last_name=Duarte^ORDERBYactive^EQ", &[INES_OLD, INES]);
}

#[test]
fn dotted_names_are_followed() {
    check("department.name=Finance", &[MARA]);
    check("company.nameSTARTSWITHquay^ORDERBYname", &[JOZEF, SIOBHAN]);
}

#[test]
fn an_invalid_part_is_dropped_and_the_rest_runs() {
    check("no_such_field=1^vip=true", &[MARA]);
    check("vip~true^active=false", &[INES_OLD]);
    check("nonsense", &seed::PEOPLE);
    check("vipBETWEENtrue^vip=true", &[MARA]);
    check("vip=true^RLQUERYincident.caller_id,>0^active=false^ENDRLQUERY", &[MARA]);
}

#[test]
fn a_caret_in_a_value_breaks_out_unless_doubled() {
    check("email=nobody@x.example^NQactive=false", &[INES_OLD]);
    check("email=nobody@x.example^^NQactive=false", &[]);
}

#[test]
fn nothing_is_neither_below_nor_above() {
    let tests = [("phone<~", 5), ("phone<=~", 5), ("phoneBETWEEN@~", 5), ("phone>=", 5)];
    for (query, expect) in tests {
        let found = users(query);
        assert_eq!(found.len(), expect, "{query}: {found:?}");
        assert!(!found.contains(&INES_OLD.user_name.to_owned()), "{query}");
    }
    check("sys_mod_count<x", &[]);
    check("sys_mod_count>=0^vip=true", &[MARA]);
}

#[test]
fn a_walk_too_long_is_no_name() {
    check("manager.manager.manager.manager.nameISNOTEMPTY^vip=true", &[MARA]);
    check("manager.manager.manager.nameISEMPTY^vip=true", &[MARA]);
    check("manager.manager.manager.nameISNOTEMPTY^vip=true", &[]);
}

/// Numbers in a text, and letters of both cases, in an order that no sort may trip over.
#[test]
fn every_field_is_ordered_by_its_kind() {
    let dir = tempfile::tempdir().expect("folder");
    let store = Store::open(dir.path(), 1_000, schema::Schema::default()).expect("open");
    let table = schema::table("incident").expect("known");
    let texts = ["10", "b", "9", "", "A", "1e1", "-3", "a", "B", "09", "2x"];
    for n in 0..texts.len() * 9 {
        let fields = [
            ("short_description", texts[n % texts.len()].to_owned()),
            ("urgency", (n % 3 + 1).to_string()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        store.insert(table, None, &fields, "a").expect("made");
    }
    let ordered = |field: &str, query: &str| {
        store.read(|tables| {
            let rows = Query::parse(tables, table, query).run(tables, table);
            let mut values: Vec<String> =
                rows.iter().map(|row| row.get(field).to_lowercase()).collect();
            values.dedup();
            values
        })
    };
    let texts = ["", "-3", "09", "10", "1e1", "2x", "9", "a", "b"];
    assert_eq!(ordered("short_description", "ORDERBYshort_description"), texts);
    let down = ordered("urgency", "ORDERBYDESCurgency^ORDERBYcaller_id.name");
    assert_eq!(down, ["3", "2", "1"]);
}
