//! The people, departments, companies and groups that a new sandbox starts with.
//!
//! All of them are invented; the addresses use names reserved for documentation. The ids never
//! change, so that demos, tests and notes can name them.

use std::collections::BTreeMap;

use crate::schema::{self, Kind, Table};

/// A seeded row of `sys_user`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// 32 lowercase hexadecimal digits.
    pub sys_id: &'static str,
    /// The login name, `user_name` in the table.
    pub user_name: &'static str,
    /// Given name.
    pub first_name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// E-mail address; two people share one.
    pub email: &'static str,
    /// What they do.
    pub title: &'static str,
    /// Business phone.
    pub phone: &'static str,
    /// Name of the department.
    pub department: &'static str,
    /// Name of the company.
    pub company: &'static str,
    /// Whether the record is marked VIP.
    pub vip: bool,
    /// Whether the record is active.
    pub active: bool,
}

impl Person {
    /// First and last name, as the `name` field holds them.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// One record, nothing special: the customer of the plain case.
pub const TOM: Person = Person {
    sys_id: "3b1f0c5ad94e47f2a86c20e7b9d41581",
    user_name: "tom.okafor",
    first_name: "Tom",
    last_name: "Okafor",
    email: "tom.okafor@larkfield.example",
    title: "Warehouse planner",
    phone: "+44 20 7946 0112",
    department: "Logistics",
    company: "Larkfield Supplies",
    vip: false,
    active: true,
};

/// The one VIP.
pub const MARA: Person = Person {
    sys_id: "5d7ae2c9104b4c3e9f62b8d0a17c4402",
    user_name: "mara.lindqvist",
    first_name: "Mara",
    last_name: "Lindqvist",
    email: "mara.lindqvist@larkfield.example",
    title: "Chief financial officer",
    phone: "+44 20 7946 0101",
    department: "Finance",
    company: "Larkfield Supplies",
    vip: true,
    active: true,
};

/// Shares [`INES`]'s address; an account that was closed when she changed department.
pub const INES_OLD: Person = Person {
    sys_id: "1c90b6e84f2d4a57b3e1d5f6082a7703",
    user_name: "ines.duarte.old",
    first_name: "Ines",
    last_name: "Duarte",
    email: "ines.duarte@larkfield.example",
    title: "Intern",
    phone: "",
    department: "Logistics",
    company: "Larkfield Supplies",
    vip: false,
    active: false,
};

/// Shares [`INES_OLD`]'s address; the account in use.
pub const INES: Person = Person {
    sys_id: "8e24d1f7a3b64c08952ef0c7d6b13904",
    user_name: "ines.duarte",
    first_name: "Ines",
    last_name: "Duarte",
    email: "ines.duarte@larkfield.example",
    title: "Buyer",
    phone: "+44 20 7946 0127",
    department: "Purchasing",
    company: "Larkfield Supplies",
    vip: false,
    active: true,
};

/// An apostrophe and a plus sign in the address, for whoever encodes queries by hand.
pub const SIOBHAN: Person = Person {
    sys_id: "a6f35d02be714917842c9ad3e07b5f05",
    user_name: "siobhan.obrien",
    first_name: "Siobhan",
    last_name: "O'Brien",
    email: "s.o'brien+desk@quayside.example",
    title: "Office manager",
    phone: "+353 1 555 0163",
    department: "Administration",
    company: "Quayside Partners",
    vip: false,
    active: true,
};

/// Letters beyond ASCII in the name.
pub const JOZEF: Person = Person {
    sys_id: "d2087b6cf5e94136aa91c43be85d6e06",
    user_name: "jozef.kral",
    first_name: "Jozef",
    last_name: "Kráľ",
    email: "jozef.kral@quayside.example",
    title: "Surveyor",
    phone: "+421 2 5555 0148",
    department: "Field service",
    company: "Quayside Partners",
    vip: false,
    active: true,
};

/// Everyone, in the order of their making.
pub const PEOPLE: [Person; 6] = [TOM, MARA, INES_OLD, INES, SIOBHAN, JOZEF];

/// Departments: `sys_id` and name.
pub const DEPARTMENTS: [(&str, &str); 5] = [
    ("c1d50e7f92ab4b36a40f6e8d13720b11", "Logistics"),
    ("c2e61f80a3bc4c47b51a7f9e24831c12", "Finance"),
    ("c3f72091b4cd4d58862b80af35942d13", "Purchasing"),
    ("c40831a2c5de4e69973c91b046a53e14", "Administration"),
    ("c51942b3d6ef4f7aa84da2c157b64f15", "Field service"),
];

/// Companies: `sys_id` and name.
pub const COMPANIES: [(&str, &str); 2] = [
    ("e1a03c5d7f924b1e8c6d0f2a4b6c8d21", "Larkfield Supplies"),
    ("e2b14d6e80a34c2f9d7e103b5c7d9e22", "Quayside Partners"),
];

/// Groups that an incident may be assigned to: `sys_id` and name.
pub const GROUPS: [(&str, &str); 2] = [
    ("f1c25e7f91b44d30ae8f214c6d8eaf31", "Service Desk"),
    ("f2d36f80a2c54e41bf90325d7e9fb032", "Billing"),
];

/// The one account of contacts: `sys_id` and name.
pub const ACCOUNTS: [(&str, &str); 1] =
    [("a7c1d20b5e6f4a1b9c3d8e7f60514a23", "Brackwater Ferries")];

/// The one contact, who is no user: `sys_id` and e-mail address.
pub const CONTACT: (&str, &str) =
    ("b8d2e31c6f7a4b2c8d4e9f8071625b34", "noor.haddad@brackwater.example");

/// The user of the REST APIs' account, who is made with it.
pub(crate) fn account(user_name: &str) -> BTreeMap<String, String> {
    fields(&[
        ("user_name", user_name),
        ("name", "System Administrator"),
        ("email", &format!("{user_name}@sandbox.example")),
    ])
}

/// A seeded row: table, `sys_id`, fields.
pub(crate) type Row = (&'static str, String, BTreeMap<String, String>);

/// Every seeded row, those that others refer to first.
pub(crate) fn rows() -> Vec<Row> {
    let named = |table, list: &'static [(&'static str, &'static str)]| {
        list.iter().map(move |(id, name)| (table, (*id).to_owned(), fields(&[("name", name)])))
    };
    named("cmn_department", &DEPARTMENTS)
        .chain(named("core_company", &COMPANIES))
        .chain(named("sys_user_group", &GROUPS))
        .chain(PEOPLE.iter().map(|person| ("sys_user", person.sys_id.to_owned(), user(person))))
        .chain(named("customer_account", &ACCOUNTS))
        .chain([("customer_contact", CONTACT.0.to_owned(), contact())])
        .chain(choices())
        .collect()
}

/// The list of choices of every field that has one, as `sys_choice` holds it.
fn choices() -> impl Iterator<Item = Row> {
    let fields_of = |table: &'static Table| table.fields().map(move |field| (table, field));
    let of = schema::tables().flat_map(fields_of).filter_map(|(table, field)| match field.kind {
        Kind::Choice(of) => Some((table, field, of)),
        _ => None,
    });
    let rows = of.flat_map(|(table, field, of)| {
        of.iter().enumerate().map(move |(n, (value, label))| {
            fields(&[
                ("name", table.name),
                ("element", field.name),
                ("value", value),
                ("label", label),
                ("sequence", &n.to_string()),
                ("inactive", "false"),
            ])
        })
    });
    // Ids that never change as long as lists only grow at their end.
    rows.enumerate().map(|(n, fields)| ("sys_choice", format!("c401ce00{n:024x}"), fields))
}

fn contact() -> BTreeMap<String, String> {
    fields(&[
        ("name", "Noor Haddad"),
        ("first_name", "Noor"),
        ("last_name", "Haddad"),
        ("email", CONTACT.1),
        ("account", ACCOUNTS[0].0),
    ])
}

fn user(person: &Person) -> BTreeMap<String, String> {
    fields(&[
        ("name", &person.name()),
        ("user_name", person.user_name),
        ("first_name", person.first_name),
        ("last_name", person.last_name),
        ("email", person.email),
        ("title", person.title),
        ("phone", person.phone),
        ("department", id_of(&DEPARTMENTS, person.department)),
        ("company", id_of(&COMPANIES, person.company)),
        ("vip", &person.vip.to_string()),
        ("active", &person.active.to_string()),
    ])
}

fn id_of(list: &[(&'static str, &'static str)], name: &str) -> &'static str {
    list.iter().find(|entry| entry.1 == name).map_or("", |entry| entry.0)
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_hex_and_distinct() {
        let mut ids: Vec<String> = rows().into_iter().map(|row| row.1).collect();
        assert!(ids.iter().all(|id| crate::store::is_sys_id(id)), "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rows().len());
    }

    #[test]
    fn two_people_share_an_address_and_one_of_them_is_active() {
        let sharing = PEOPLE.iter().filter(|person| person.email == INES.email);
        assert_eq!(sharing.map(|person| person.active).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn every_department_and_company_exists() {
        for person in PEOPLE {
            assert!(!id_of(&DEPARTMENTS, person.department).is_empty(), "{}", person.department);
            assert!(!id_of(&COMPANIES, person.company).is_empty(), "{}", person.company);
        }
    }
}
