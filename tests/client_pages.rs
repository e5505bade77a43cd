//! The pages on clients promise only what their programs do: every line of code there is a line that runs.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// The folders of `tests/e2e` that the runner knows.
fn clients() -> Vec<String> {
    let folder = root().join("tests/e2e");
    let clients: Vec<String> = names(&folder).into_iter().filter(|name| folder.join(name).join("client.sh").exists()).collect();
    assert!(!clients.is_empty(), "{} holds no client", folder.display());
    clients
}

fn page(client: &str) -> String {
    let file = format!("docs/clients/{client}.md");
    fs::read_to_string(root().join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All text of a client's program, the files below one another.
fn program(client: &str) -> String {
    let mut text = String::new();
    let mut folders: Vec<PathBuf> = vec![root().join("tests/e2e").join(client)];
    while let Some(folder) = folders.pop() {
        for path in names(&folder).iter().map(|name| folder.join(name)) {
            if path.is_dir() {
                folders.push(path);
            } else {
                text.push_str(&String::from_utf8_lossy(&fs::read(&path).expect("a readable file")));
            }
        }
    }
    text
}

/// The blocks of code between fences.
fn blocks(page: &str) -> Vec<String> {
    let pieces: Vec<&str> = page.split("```").collect();
    assert!(pieces.len() % 2 == 1, "a fence is not closed");
    let fenced = pieces.iter().skip(1).step_by(2);
    // What stands beside the fence is the language.
    fenced.map(|block| block.split_once('\n').expect("more lines than the fence").1.to_owned()).collect()
}

/// Lines without what they are indented by: in a page that is less than in a program.
fn unindented(text: &str) -> String {
    text.trim_end().lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn code_on_a_clients_page_is_in_its_program() {
    for client in clients() {
        let program = unindented(&program(&client));
        for block in blocks(&page(&client)) {
            assert!(program.contains(&unindented(&block)), "docs/clients/{client}.md: tests/e2e/{client} does not have\n{block}");
        }
    }
}

#[test]
fn each_client_has_a_page_with_its_name_and_the_readme_leads_there() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    for client in clients() {
        let page = page(&client);
        let title = page.lines().next().and_then(|line| line.strip_prefix("# "));
        let title = title.unwrap_or_else(|| panic!("docs/clients/{client}.md does not begin with its client's name"));
        let row = format!("| [{title}](docs/clients/{client}.md) |");
        assert!(readme.contains(&row), "README.md has no row {row}: tests/e2e/run --write-table makes it");
    }
}

#[test]
fn no_page_is_left_of_a_client_that_is_gone() {
    let pages: Vec<String> = clients().iter().map(|client| format!("{client}.md")).collect();
    assert_eq!(names(&root().join("docs/clients")), pages);
}
