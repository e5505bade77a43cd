//! The documents name every operation that the emulator does.

use std::fs;
use std::path::Path;

use cos_emulator::operations::routes::Operation;
use cos_emulator::operations::sts::Action;

/// The rows of all tables in a document.
fn rows(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines().filter(|line| line.trim_start().starts_with('|')).map(str::to_owned).collect()
}

/// Each title stands in a table as a cell of its own, so that `PUT Object` is not found in `PUT Object - Copy`. A cell may list
/// several, with commas, and link or mark them.
fn assert_names_every_operation(file: &str) {
    let rows = rows(file);
    let names: Vec<&str> = rows
        .iter()
        .flat_map(|row| row.split(['|', ',', '[', ']', '`', '*']))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let missing: Vec<&str> =
        Operation::ALL.iter().map(|operation| operation.title()).filter(|title| !names.contains(title)).collect();
    assert!(missing.is_empty(), "no table of {file} names: {}", missing.join(", "));
}

#[test]
fn the_documents_name_every_action_of_sts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["README.md", "docs/fidelity.md"] {
        let text = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let missing: Vec<&str> = Action::ALL.iter().map(|action| action.name()).filter(|name| !text.contains(name)).collect();
        assert!(missing.is_empty(), "{file} does not name: {}", missing.join(", "));
    }
}

#[test]
fn the_readmes_table_has_every_operation() {
    assert_names_every_operation("README.md");
}

#[test]
fn the_page_on_fidelity_has_every_operation() {
    assert_names_every_operation("docs/fidelity.md");
}
