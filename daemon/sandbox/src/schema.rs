//! The tables that the sandbox knows: fields, their kinds, lengths and choices.
//!
//! Nothing here holds data. Lengths and choices are those of an instance as it comes; columns may
//! be added to it ([`Schema::with`]).

/// What a field holds, and so how it is stored, compared and displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Bool,
    Integer,
    DateTime,
    /// Every write appends an entry to `sys_journal_field`; the field itself reads back empty.
    Journal,
    /// The `sys_id` of a row in the named table.
    Reference(&'static str),
    /// Stored value and label; a value that is not listed is not stored.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Kind {
    /// Whether values are ordered as numbers, as those of choices such as `1 - High` are.
    pub(crate) fn is_number(self) -> bool {
        match self {
            Self::Integer => true,
            Self::Choice(of) => of.iter().all(|entry| entry.0.parse::<i64>().is_ok()),
            _ => false,
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// Characters kept; the rest is cut off silently, as a real instance does.
    pub(crate) chars_max: usize,
}

/// One table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// The field that stands for a row when it is referred to.
    pub(crate) display: &'static str,
    /// Whether clients may write to it through the Table API.
    pub(crate) writable: bool,
    fields: &'static [Field],
}

impl Table {
    /// The field of that name, the system's own included.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }

    /// Whether the instance alone fills the field, by itself or by a rule.
    pub(crate) fn is_filled(&self, name: &str) -> bool {
        let by_rule: &[&str] = match self.name {
            "incident" => &["number", "priority", "active"],
            "interaction" => &["number"],
            _ => &[],
        };
        is_system(name) || by_rule.contains(&name)
    }

    /// All fields, the table's own first.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().chain(SYSTEM)
    }
}

/// The table of that name, as an instance comes.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.name == name)
}

/// All tables, as an instance comes.
pub(crate) fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().copied()
}

/// A column that somebody added to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) chars_max: usize,
}

/// The tables of one sandbox.
#[derive(Debug, Clone)]
pub(crate) struct Schema(Vec<&'static Table>);

/// As an instance comes.
impl Default for Schema {
    fn default() -> Self {
        Self(TABLES.to_vec())
    }
}

impl Schema {
    /// As an instance comes, and these columns besides.
    ///
    /// A table with columns of its own lasts as long as the process: a program starts few sandboxes,
    /// and everything that handles rows may hold on to their table.
    pub(crate) fn with(columns: &[Column]) -> Self {
        let widened = |table: &'static Table| {
            let added = columns.iter().filter(|column| column.table == table.name);
            let added: Vec<Field> = added.map(Column::field).collect();
            if added.is_empty() {
                return table;
            }
            let fields = [table.fields, &added].concat();
            &*Box::leak(Box::new(Table { fields: Vec::leak(fields), ..*table }))
        };
        Self(tables().map(widened).collect())
    }

    /// The table of that name.
    pub(crate) fn table(&self, name: &str) -> Option<&'static Table> {
        self.0.iter().copied().find(|table| table.name == name)
    }

    /// All tables.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.0.iter().copied()
    }
}

impl Column {
    fn field(&self) -> Field {
        let (name, label) = (self.name.clone(), self.label.clone());
        field(String::leak(name), String::leak(label), self.kind, self.chars_max)
    }
}

/// Whether the field is filled by the instance alone.
pub(crate) fn is_system(name: &str) -> bool {
    SYSTEM.iter().any(|field| field.name == name)
}

const fn field(name: &'static str, label: &'static str, kind: Kind, chars_max: usize) -> Field {
    Field { name, label, kind, chars_max }
}

const fn text(name: &'static str, label: &'static str, chars_max: usize) -> Field {
    field(name, label, Kind::Text, chars_max)
}

const fn refers(name: &'static str, label: &'static str, to: &'static str) -> Field {
    field(name, label, Kind::Reference(to), 32)
}

const fn choice(
    name: &'static str,
    label: &'static str,
    of: &'static [(&'static str, &'static str)],
) -> Field {
    field(name, label, Kind::Choice(of), 40)
}

const fn journal(name: &'static str, label: &'static str) -> Field {
    field(name, label, Kind::Journal, 4000)
}

const fn date(name: &'static str, label: &'static str) -> Field {
    field(name, label, Kind::DateTime, 40)
}

const SYSTEM: &[Field] = &[
    text("sys_id", "Sys ID", 32),
    text("sys_class_name", "Class", 80),
    date("sys_created_on", "Created"),
    text("sys_created_by", "Created by", 40),
    date("sys_updated_on", "Updated"),
    text("sys_updated_by", "Updated by", 40),
    field("sys_mod_count", "Updates", Kind::Integer, 40),
];

const TABLES: &[&Table] = &[
    &USER,
    &CONTACT,
    &INCIDENT,
    &INTERACTION,
    &RELATED,
    &JOURNAL,
    &CHOICE,
    &ATTACHMENT,
    &DEPARTMENT,
    &COMPANY,
    &ACCOUNT,
    &GROUP,
];

const CONTACT: Table = Table {
    name: "customer_contact",
    label: "Contacts",
    display: "name",
    writable: true,
    fields: &[
        text("name", "Name", 151),
        text("first_name", "First name", 50),
        text("last_name", "Last name", 50),
        text("email", "Email", 100),
        text("title", "Title", 60),
        text("phone", "Business phone", 40),
        refers("account", "Account", "customer_account"),
        field("vip", "VIP", Kind::Bool, 40),
        field("active", "Active", Kind::Bool, 40),
    ],
};

const INTERACTION: Table = Table {
    name: "interaction",
    label: "Interactions",
    display: "number",
    writable: true,
    fields: &[
        text("number", "Number", 40),
        choice("type", "Type", INTERACTION_TYPE),
        choice("state", "State", INTERACTION_STATE),
        refers("opened_for", "Opened for", "sys_user"),
        refers("assigned_to", "Assigned to", "sys_user"),
        text("short_description", "Short description", 160),
        text("channel_metadata", "Channel metadata", 4000),
        text("correlation_id", "Correlation ID", 100),
        date("opened_at", "Opened"),
        date("closed_at", "Closed"),
        journal("work_notes", "Work notes"),
    ],
};

/// What ties an interaction to the record that it was about.
const RELATED: Table = Table {
    name: "interaction_related_record",
    label: "Interaction related records",
    display: "document_id",
    writable: true,
    fields: &[
        refers("interaction", "Interaction", "interaction"),
        choice("type", "Record type", RELATED_TYPE),
        text("document_table", "Document table", 80),
        text("document_id", "ID of related record", 32),
    ],
};

const RELATED_TYPE: &[(&str, &str)] = &[("task", "Task"), ("knowledge", "Knowledge")];

const CHOICE: Table = Table {
    name: "sys_choice",
    label: "Choices",
    display: "label",
    writable: false,
    fields: &[
        text("name", "Table", 80),
        text("element", "Element", 80),
        text("value", "Value", 40),
        text("label", "Label", 100),
        field("sequence", "Sequence", Kind::Integer, 40),
        field("inactive", "Inactive", Kind::Bool, 40),
    ],
};

const INTERACTION_TYPE: &[(&str, &str)] =
    &[("chat", "Chat"), ("phone", "Phone"), ("email", "Email"), ("messaging", "Messaging")];

const INTERACTION_STATE: &[(&str, &str)] = &[
    ("new", "New"),
    ("work_in_progress", "Work in Progress"),
    ("wrap_up", "Wrap Up"),
    ("closed_complete", "Closed Complete"),
    ("closed_abandoned", "Closed Abandoned"),
];

const USER: Table = Table {
    name: "sys_user",
    label: "Users",
    display: "name",
    writable: true,
    fields: &[
        text("name", "Name", 151),
        text("user_name", "User ID", 40),
        text("first_name", "First name", 50),
        text("last_name", "Last name", 50),
        text("email", "Email", 100),
        text("title", "Title", 60),
        text("phone", "Business phone", 40),
        text("mobile_phone", "Mobile phone", 40),
        refers("department", "Department", "cmn_department"),
        refers("company", "Company", "core_company"),
        refers("manager", "Manager", "sys_user"),
        field("vip", "VIP", Kind::Bool, 40),
        field("active", "Active", Kind::Bool, 40),
    ],
};

const INCIDENT: Table = Table {
    name: "incident",
    label: "Incidents",
    display: "number",
    writable: true,
    fields: &[
        text("number", "Number", 40),
        refers("caller_id", "Caller", "sys_user"),
        text("short_description", "Short description", 160),
        text("description", "Description", 4000),
        choice("category", "Category", CATEGORY),
        text("subcategory", "Subcategory", 40),
        choice("contact_type", "Channel", CONTACT_TYPE),
        choice("state", "State", STATE),
        choice("impact", "Impact", LEVEL),
        choice("urgency", "Urgency", LEVEL),
        choice("priority", "Priority", PRIORITY),
        refers("assignment_group", "Assignment group", "sys_user_group"),
        refers("assigned_to", "Assigned to", "sys_user"),
        date("opened_at", "Opened"),
        refers("opened_by", "Opened by", "sys_user"),
        date("closed_at", "Closed"),
        text("close_code", "Resolution code", 40),
        text("close_notes", "Resolution notes", 4000),
        text("correlation_id", "Correlation ID", 100),
        text("correlation_display", "Correlation display", 100),
        field("active", "Active", Kind::Bool, 40),
        journal("work_notes", "Work notes"),
        journal("comments", "Additional comments"),
    ],
};

const JOURNAL: Table = Table {
    name: "sys_journal_field",
    label: "Journal entries",
    display: "element",
    writable: false,
    fields: &[
        text("name", "Table", 80),
        text("element", "Element", 80),
        text("element_id", "Element ID", 32),
        text("value", "Value", 4000),
    ],
};

const ATTACHMENT: Table = Table {
    name: "sys_attachment",
    label: "Attachments",
    display: "file_name",
    writable: false,
    fields: &[
        text("file_name", "File name", 100),
        text("content_type", "Content type", 100),
        field("size_bytes", "Size", Kind::Integer, 40),
        text("table_name", "Table", 80),
        text("table_sys_id", "Table Sys ID", 32),
    ],
};

const DEPARTMENT: Table = named("cmn_department", "Departments");
const COMPANY: Table = named("core_company", "Companies");
const ACCOUNT: Table = named("customer_account", "Accounts");
const GROUP: Table = named("sys_user_group", "Groups");

const fn named(name: &'static str, label: &'static str) -> Table {
    Table { name, label, display: "name", writable: true, fields: NAME_ONLY }
}

const NAME_ONLY: &[Field] = &[text("name", "Name", 100)];

const CATEGORY: &[(&str, &str)] = &[
    ("inquiry", "Inquiry / Help"),
    ("software", "Software"),
    ("hardware", "Hardware"),
    ("network", "Network"),
    ("database", "Database"),
];

const CONTACT_TYPE: &[(&str, &str)] = &[
    ("chat", "Chat"),
    ("email", "Email"),
    ("phone", "Phone"),
    ("self-service", "Self-service"),
    ("virtual_agent", "Virtual Agent"),
    ("walk-in", "Walk-in"),
];

const STATE: &[(&str, &str)] = &[
    ("1", "New"),
    ("2", "In Progress"),
    ("3", "On Hold"),
    ("6", "Resolved"),
    ("7", "Closed"),
    ("8", "Canceled"),
];

const LEVEL: &[(&str, &str)] = &[("1", "1 - High"), ("2", "2 - Medium"), ("3", "3 - Low")];

const PRIORITY: &[(&str, &str)] = &[
    ("1", "1 - Critical"),
    ("2", "2 - High"),
    ("3", "3 - Moderate"),
    ("4", "4 - Low"),
    ("5", "5 - Planning"),
];
