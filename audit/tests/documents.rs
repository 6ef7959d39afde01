//! Documents of an invented vendor in each layout, with each kind of damage: they are read correctly, and each kind of
//! change in them is reported.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path};

use yundb_audit::{config::Config, diff::Diff, extract, fact::Facts, lock};

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents").join(name)
}

/// The text of a document.
fn text(name: &str) -> (Config, String) {
    let folder = folder(name);
    let config = Config::read(&folder).unwrap();
    let text = fs::read_to_string(folder.join(&config.document)).unwrap();
    (config, text)
}

fn read(config: &Config, text: &str) -> (Facts, Vec<String>) {
    let (facts, unread) = extract::read(config, text, &config.document);
    let unread = unread.iter().map(|unread| format!("{}: {}", unread.at.line(), unread.why));
    (facts, unread.collect())
}

/// The lock of a document, without the hash, and the unread lines.
fn locked(name: &str) -> String {
    let (config, text) = text(name);
    let (mut facts, unread) = read(&config, &text);
    facts.origin.sha256 = "0".repeat(64);
    format!("{}\n{}", lock::write(&facts), unread.join("\n"))
}

#[test]
fn markup_of_a_rest_service() {
    insta::assert_snapshot!(locked("shop"));
}

#[test]
fn markup_of_an_rpc_service() {
    insta::assert_snapshot!(locked("desk"));
}

#[test]
fn text_of_a_page() {
    insta::assert_snapshot!(locked("page"));
}

#[test]
fn text_of_a_pdf() {
    insta::assert_snapshot!(locked("pdf"));
}

/// Kinds of changes, each as document, old text, new text, and expected output of `--diff`.
const CHANGES: &[(&str, &str, &str, &[&str])] = &[
    // Operations.
    (
        "shop",
        "GET /v1/{shop\\_id}/orders?",
        "GET /v2/{shop\\_id}/orders?",
        &["~ call: GET /v1/{shop_id}/orders -> GET /v2/{shop_id}/orders"],
    ),
    ("desk", "# 2.2. Count tickets", "# 2.3. Count tickets", &["~ section: 2.2 -> 2.3"]),
    // Parameters and fields: presence, name, type, required, location.
    ("shop", "note\tNo\tString\tA note.\n", "", &["- body.note"]),
    (
        "shop",
        "note\tNo\tString\tA note.\n",
        "note\tNo\tString\tA note.\nhaste\tNo\tInteger\tDays.\n",
        &["+ body.haste: Integer, optional"],
    ),
    ("shop", "| book_id | Yes |", "| title_id | Yes |", &["body.lines[].book_id", "title_id"]),
    ("shop", "| copies | Yes | Integer |", "| copies | Yes | Long |", &["~ body.lines[].copies: Integer -> Long"]),
    (
        "shop",
        "| copies | Yes | Integer |",
        "| copies | No | Integer |",
        &["~ body.lines[].copies: required -> optional"],
    ),
    ("shop", "| limit | No | Integer |", "| limit | Yes | Integer |", &["~ query limit: optional -> required"]),
    (
        "shop",
        "Table 2-10 Query parameters",
        "Table 2-10 Request Header parameters",
        &["~ header limit: query -> header"],
    ),
    (
        "shop",
        "Array of OrderLine objects",
        "OrderLine object",
        &["~ body.lines: Array of OrderLine objects -> OrderLine object"],
    ),
    ("desk", "Subject\tString\tYes", "Subject\tString\tNo", &["~ query Subject: required -> optional"]),
    (
        "page",
        "stops\n\nArray of Target objects",
        "stops\n\nTarget object",
        &["~ body.target.stops: Array of Target objects -> Target object"],
    ),
    ("pdf", "LampId String No lamp-77aa12", "LampId String Yes lamp-77aa12", &["~ query LampId: optional -> required"]),
    // Responses.
    ("shop", "total\tLong\tPrice in cents.\n", "", &["- response 201 order.total"]),
    ("shop", "Status code: 204\n", "Status code: 202\n", &["+ response 202"]),
    ("desk", "TicketId\tString\tt1\tId.\n", "", &["- response default TicketId"]),
    ("page", "made_at\n\nLong", "made_at\n\nString", &["~ response 200 made_at: Long -> String"]),
    ("pdf", "Success Boolean true", "Worked Boolean true", &["Success", "Worked"]),
    // Values.
    ("shop", "<li>• trade：a firm</li>", "", &["~ body.customer.kind (values): no longer trade"]),
    ("shop", "<li>• fr-fr</li>", "<li>• fr-fr</li><li>• de-de</li>", &["~ header X-Language (values): now de-de"]),
    ("page", "  • rail\n", "  • river\n", &["rail", "river"]),
    ("shop", "SENT\tOn its way.\n", "", &["~ states 3-1 (values): no longer SENT"]),
    // Samples.
    ("shop", "\"job_id\": \"j1\"", "\"task_id\": \"j1\"", &["sample response 201", "task_id"]),
    ("pdf", "{\"RequestId\":\"CDDAAA07-D806-1E43AAE024DC\",\"Succe\nss\":\"true\"}\n", "", &["whole -> broken"]),
    // Facts apart from operations.
    ("shop", "| 404 | SHP.1002 |", "| 403 | SHP.1002 |", &["~ code SHP.1002: 404 -> 403"]),
    ("shop", "| 500 | SHP.1003 | Failure.", "| 500 | SHP.2003 | Failure.", &["SHP.1003", "SHP.2003"]),
    (
        "shop",
        "shop.north-1.example.com",
        "shop.north-1.example.org",
        &["shop.north-1.example.com", "shop.north-1.example.org"],
    ),
    ("shop", "shop:order:list", "shop:order:get", &["shop:order:list", "shop:order:get"]),
    ("desk", "503\tBusy\tToo many calls.\tWait.\n", "", &["- code Busy"]),
];

#[test]
fn each_kind_of_change_is_reported() {
    for (name, old, new, expected) in CHANGES {
        let (config, before) = text(name);
        assert_eq!(before.matches(old).count(), 1, "{name} has `{old}` once");
        let after = before.replace(old, new);
        let (before, after) = (read(&config, &before).0, read(&config, &after).0);
        let diff = Diff::new(name, &before, &after).text();
        for words in *expected {
            assert!(diff.contains(words), "{name}: `{old}` to `{new}` should report `{words}`, but reports:\n{diff}");
        }
        let same = Diff::new(name, &before, &before);
        assert!(same.parts.is_empty(), "{}", same.text());
    }
}

/// A rehearsal of a new edition: each edit of a fact is listed once, between the documents and between their locks; other
/// words, other pages and other numbers of tables are not.
#[test]
fn a_new_edition_is_listed_edit_by_edit() {
    let config = Config::read(&folder("lamp")).unwrap();
    let [old, new] = ["old", "new"].map(|edition| {
        let text = fs::read_to_string(folder("lamp").join(edition).join(&config.document)).unwrap();
        read(&config, &text)
    });
    assert_eq!((old.1, new.1), (vec![], vec![]), "everything is read");
    let (old, new) = (old.0, new.0);
    let diff = Diff::new("lamp", &old, &new).text();
    insta::assert_snapshot!("a_new_edition", diff);
    let [before, after] = [&old, &new].map(lock::write);
    let of_lock = lock::read(&before, "document.lock").unwrap();
    // A lock orders fields by their names.
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&Diff::new("lamp", &of_lock, &new).text()), sorted(&diff));
    let lines = similar::TextDiff::from_lines(&before, &after);
    let changed = lines.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    let changed =
        changed.map(|change| format!("{}{change}", change.tag())).filter(|line| !line[1..].starts_with("sha256"));
    insta::assert_snapshot!("a_new_edition_of_the_lock", changed.collect::<String>());
}

#[test]
fn descriptions_may_change() {
    let (config, before) = text("shop");
    let after = before.replace("Takes an order for books.", "Orders books.").replace("\tA note.", "\tFor the driver.");
    assert_ne!(before, after);
    let diff = Diff::new("shop", &read(&config, &before).0, &read(&config, &after).0);
    assert!(diff.parts.is_empty(), "{}", diff.text());
}

/// Damage that cannot be repaired is reported with its line, and in the lock.
#[test]
fn unreadable_lines_are_reported() {
    for (name, old, new, why) in [
        ("shop", "| copies | Yes |", "| cop!es | Yes |", "`cop!es` is not a name of a parameter or field"),
        (
            "shop",
            "customer\tYes\tCustomer",
            "customer\tE E\tCustomer",
            "unknown value `E E` for whether it is required",
        ),
        ("shop", "POST /v1/{shop\\_id}/orders\n", "POST /v1/{shop\\_\n", "is damaged"),
        ("shop", "POST /v1/{shop\\_id}/orders\n", "Orders\n", "has parameters, but no method and path"),
        ("shop", "| 400 | SHP.100<br>1 |", "| four | SHP.100<br>1 |", "is not an error code with a status"),
        (
            "shop",
            "orders?limit={limit}&sta",
            "orders?limit={limit}&after={after}&sta",
            "`after` is in the query, but not in the tables",
        ),
        ("desk", "?Action=OpenTicket\n", "?Action=0penTicket\n", "in the sample and `OpenTicket` in the table"),
    ] {
        let (config, text) = text(name);
        assert_eq!(text.matches(old).count(), 1, "{name} has `{old}` once");
        let (_, unread) = read(&config, &text.replace(old, new));
        assert!(
            unread.iter().any(|unread| unread.contains(why)),
            "`{new}` should report `{why}`, but reports {unread:?}"
        );
    }
}
