//! The source keeps to its map: floors, the one file that knows sled, sizes, and a file and a test file for each operation.

use std::fs;
use std::path::{Path, PathBuf};

use cos_emulator::operations::routes::Operation;
use cos_emulator::operations::sts::Action;

/// From the top: code names its own floor or a lower one.
const FLOORS: [&[&str]; 6] = [
    &["main", "ca", "client", "doctor", "healthcheck", "config"],
    &["server"],
    &["operations"],
    &["storage"],
    &["domain"],
    &["codec"],
];

const LONGEST_FILE: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, by its path from the root.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.push((path.strip_prefix(root()).expect("below the root").to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no source");
    found.sort();
    found
}

/// The floor of a file in `src`: that of its first folder, or of itself. The map in `lib.rs` has none.
fn floor(path: &Path) -> Option<usize> {
    let first = path.components().nth(1).and_then(|component| component.as_os_str().to_str()).expect("a file in src");
    let name = first.trim_end_matches(".rs");
    let floor = FLOORS.iter().position(|floor| floor.contains(&name));
    assert!(floor.is_some() || name == "lib", "{} stands on no floor", path.display());
    floor
}

/// The source of an operation and its test: `multipart/upload_part.rs` and `upload_part.rs`; those on a bucket's setting share
/// `bucket_settings/cors.rs` and `bucket_cors.rs`, those on a part of an object `object/tagging.rs` and `object_tagging.rs`.
fn files(operation: Operation) -> (String, String) {
    let name = operation.name();
    let noun = ["Put", "Get", "Delete", "List", "Post"].iter().find_map(|verb| name.strip_prefix(verb)).unwrap_or(name);
    for (scope, folder) in [("Bucket", "bucket_settings"), ("Object", "object")] {
        let Some(setting) = noun.strip_prefix(scope).filter(|setting| !setting.is_empty()) else { continue };
        let file = format!("{folder}/{}.rs", snake_case(setting));
        if root().join("src/operations").join(&file).exists() {
            return (file, format!("{}.rs", snake_case(noun)));
        }
    }
    let file = format!("{}.rs", snake_case(name));
    (file.clone(), file)
}

/// `UploadPart` as files are named: `upload_part`.
fn snake_case(camel: &str) -> String {
    let mut name = String::new();
    for character in camel.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

#[test]
fn no_floor_names_a_higher_one() {
    for (path, text) in sources("src") {
        let Some(floor) = floor(&path) else { continue };
        for higher in FLOORS[..floor].iter().copied().flatten() {
            assert!(!text.contains(&format!("crate::{higher}")), "{} reaches up to {higher}", path.display());
        }
        // Names that the line above would not see.
        for hidden in ["crate::{", "crate::*", "super::super::super", "cos_emulator::"] {
            let is_top = floor == 0 && hidden == "cos_emulator::";
            assert!(is_top || !text.contains(hidden), "{} names {hidden}: its floor cannot be read", path.display());
        }
    }
}

#[test]
fn every_floor_has_code() {
    let sources = sources("src");
    for (index, names) in FLOORS.iter().enumerate() {
        assert!(sources.iter().any(|(path, _)| floor(path) == Some(index)), "{names:?} is empty");
    }
}

#[test]
fn one_file_knows_sled() {
    let users: Vec<PathBuf> = sources("src")
        .into_iter()
        .filter(|(_, text)| text.contains("sled::") || text.contains("use sled"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(users, [Path::new("src/storage/tables.rs")]);
}

#[test]
fn no_file_is_longer_than_400_lines() {
    for (path, text) in sources("src") {
        let lines = text.lines().count();
        assert!(lines < LONGEST_FILE, "{} has {lines} lines; a file that long usually has two subjects", path.display());
    }
}

#[test]
fn every_operation_has_its_file_and_its_tests() {
    let (sources, tests) = (sources("src/operations"), sources("tests/it"));
    let missing: Vec<String> = Operation::ALL
        .iter()
        .flat_map(|operation| {
            let (source, test) = files(*operation);
            let is_in = |files: &[(PathBuf, String)], file: &str| files.iter().any(|(path, _)| path.ends_with(file));
            let source = (!is_in(&sources, &source)).then(|| format!("src/operations/<folder>/{source}"));
            let test = (!is_in(&tests, &test)).then(|| format!("tests/it/{test}"));
            source.into_iter().chain(test)
        })
        .collect();
    assert!(missing.is_empty(), "missing: {}", missing.join(", "));
}

#[test]
fn every_action_of_sts_has_its_file_and_its_tests() {
    for action in Action::ALL {
        let file = format!("{}.rs", snake_case(action.name()));
        for path in [format!("src/operations/sts/{file}"), format!("tests/it/{file}")] {
            assert!(root().join(&path).exists(), "missing: {path}");
        }
    }
}

#[test]
fn every_test_file_is_run() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for (path, _) in sources("tests/it").iter().filter(|(path, _)| !path.ends_with("main.rs")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(main.contains(&format!("\nmod {name};\n")), "tests/it/main.rs does not name {name}");
    }
}
