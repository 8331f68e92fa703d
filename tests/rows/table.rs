//! The table in `tests/README.md`: every row of what ctypes offers is there once, with tests that exist.

use std::collections::HashMap;
use std::path::Path;

/// The rows, in groups: fundamental types, operations, structures and unions, arrays, pointers, callbacks.
const ROWS: [(char, u32); 6] = [('F', 15), ('O', 19), ('S', 17), ('A', 5), ('P', 5), ('B', 7)];

/// What is wrong with a table, a line each.
fn faults(table: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut found: HashMap<String, usize> = HashMap::new();
    for line in table.lines().filter(|l| l.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_row = cells[0].len() > 1
            && cells[0].starts_with(|c: char| c.is_ascii_uppercase())
            && cells[0][1..].chars().all(|c| c.is_ascii_digit());
        if !is_row {
            continue;
        }
        *found.entry(cells[0].to_owned()).or_default() += 1;
        let [row, _, _, tests] = cells[..] else {
            faults.push(format!("{}: expected 4 cells, found {}", cells[0], cells.len()));
            continue;
        };
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            faults.push(format!("{row}: no test"));
        }
        for test in tests {
            let Some((file, name)) = test.split_once("::") else {
                faults.push(format!("{row}: expected `file.rs::test`, found `{test}`"));
                continue;
            };
            match read(file) {
                None => faults.push(format!("{row}: no file `{file}`")),
                Some(text) if !has_test(&text, name) => {
                    faults.push(format!("{row}: no test `{name}` in `{file}`"));
                }
                Some(_) => {}
            }
        }
    }
    for (group, count) in ROWS {
        for row in (1..=count).map(|n| format!("{group}{n}")) {
            match found.remove(&row) {
                Some(1) => {}
                Some(times) => faults.push(format!("{row}: {times} times in the table")),
                None => faults.push(format!("{row}: not in the table")),
            }
        }
    }
    faults.extend(found.into_keys().map(|row| format!("{row}: no such row")));
    faults
}

/// Whether the text has a function of that name below `#[test]`.
fn has_test(text: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let mut after_test = false;
    for line in text.lines().map(str::trim) {
        match line {
            "#[test]" => after_test = true,
            _ if line.starts_with("#[") || line.starts_with("//") => {}
            _ if line.contains(&head) => return after_test,
            _ => after_test = false,
        }
    }
    false
}

fn read(file: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).ok()
}

#[test]
fn every_row_has_its_tests() {
    let table = read("tests/README.md").expect("the table");
    let faults = faults(&table, read);
    assert!(faults.is_empty(), "tests/README.md:\n{}", faults.join("\n"));
}

/// The check itself finds each thing that it is for.
#[test]
fn a_wrong_table_is_noticed() {
    let table = read("tests/README.md").expect("the table");
    let row = |id: &str| {
        let start = format!("| {id} |");
        table.lines().find(|l| l.starts_with(&start)).expect("a row").to_owned()
    };
    let test = |line: &str| line.split('`').rev().nth(1).expect("a test").to_owned();
    let first = row("S3");
    let (file, name) = {
        let test = test(&first);
        let (file, name) = test.split_once("::").expect("a test");
        (file.to_owned(), name.to_owned())
    };
    let tests = first.split(" | ").nth(3).expect("four cells").trim_end_matches(" |").to_owned();
    for (wrong, fault) in [
        (table.replace(&first, ""), "S3: not in the table"),
        (format!("{table}\n{first}\n"), "S3: 2 times in the table"),
        (table.replace(&first, &first.replace(&tests, "")), "S3: no test"),
        (
            table.replace(&first, &first.replace(&name, "no_such_test")),
            "S3: no test `no_such_test`",
        ),
        (
            table.replace(&first, &first.replace(&file, "tests/none.rs")),
            "S3: no file `tests/none.rs`",
        ),
        (table.replace(&first, &first.replace("| S3 |", "| S99 |")), "S99: no such row"),
    ] {
        let found = faults(&wrong, read);
        assert!(found.iter().any(|f| f.starts_with(fault)), "expected {fault}, found {found:?}");
    }
    let helper = "fn helper() {}\n#[test]\n#[cfg(unix)]\n// why\nfn real() {\n";
    assert!(has_test(helper, "real") && !has_test(helper, "helper") && !has_test(helper, "rea"));
}
