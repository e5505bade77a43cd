//! One page of a listing: prefix, delimiter and markers over keys in UTF-8 byte order (GET Bucket, 436/30614).

/// A run of keys in ascending order that can be entered anywhere.
pub trait Keys {
    type Item;
    type Fault;

    /// The next key and what it names.
    ///
    /// # Errors
    /// The store's own.
    fn next(&mut self) -> Result<Option<(String, Self::Item)>, Self::Fault>;

    /// Goes on at the first key at or after these bytes, which is never behind the present place.
    fn seek(&mut self, key: &[u8]);
}

/// What to list. Empty texts are absent ones.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    pub prefix: &'a str,
    pub delimiter: Option<char>,
    /// The key or common prefix that the page comes after; its own keys are the caller's to pass over.
    pub marker: &'a str,
    pub limit: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<T> {
    Item(String, T),
    CommonPrefix(String),
}

/// Entries in byte order of key or prefix, each counted once against the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub entries: Vec<Entry<T>>,
    pub is_truncated: bool,
}

impl<T> Page<T> {
    /// The key or prefix of the last entry of a truncated page.
    pub fn next_marker(&self) -> Option<&str> {
        let (Entry::Item(last, _) | Entry::CommonPrefix(last)) = self.entries.last()?;
        self.is_truncated.then_some(last)
    }
}

/// Collects a page. Its cost follows the page: keys below a common prefix are jumped over, not read.
///
/// `keys` stands behind the marker's own keys. A marker that is a common prefix skips all below it; one inside a common prefix
/// does not hide it (inferred). A limit of 0 gives an empty page that is not truncated (inferred).
///
/// # Errors
/// The first fault of `keys`.
pub fn page<K: Keys>(keys: &mut K, query: Query<'_>) -> Result<Page<K::Item>, K::Fault> {
    let mut page = Page { entries: Vec::new(), is_truncated: false };
    if query.limit == 0 {
        return Ok(page);
    }
    if query.marker < query.prefix {
        keys.seek(query.prefix.as_bytes());
    } else if common_prefix(query, query.marker) == Some(query.marker) {
        keys.seek(&behind(query.marker));
    }
    while let Some((key, item)) = keys.next()? {
        if !key.starts_with(query.prefix) {
            break;
        }
        if page.entries.len() == query.limit {
            page.is_truncated = true;
            break;
        }
        if let Some(prefix) = common_prefix(query, &key) {
            keys.seek(&behind(prefix));
            page.entries.push(Entry::CommonPrefix(prefix.to_owned()));
        } else {
            page.entries.push(Entry::Item(key, item));
        }
    }
    Ok(page)
}

/// The part of a key up to and with the first delimiter behind the prefix.
fn common_prefix<'k>(query: Query<'_>, key: &'k str) -> Option<&'k str> {
    let delimiter = query.delimiter?;
    let rest = key.strip_prefix(query.prefix)?;
    let at = rest.find(delimiter)?;
    Some(&key[..query.prefix.len() + at + delimiter.len_utf8()])
}

/// The least bytes that no key with this prefix reaches: its last byte plus one, as UTF-8 has no byte 255.
fn behind(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::convert::Infallible;

    /// Keys that stand in memory; counts how many were read.
    struct Sorted<'a> {
        keys: &'a BTreeSet<String>,
        from: Vec<u8>,
        read: usize,
    }

    impl<'a> Sorted<'a> {
        fn after(keys: &'a BTreeSet<String>, marker: &str) -> Self {
            let from = if marker.is_empty() { Vec::new() } else { [marker.as_bytes(), b"\0"].concat() };
            Self { keys, from, read: 0 }
        }
    }

    impl Keys for Sorted<'_> {
        type Item = ();
        type Fault = Infallible;

        fn next(&mut self) -> Result<Option<(String, ())>, Infallible> {
            let found = self.keys.iter().find(|key| key.as_bytes() >= self.from.as_slice()).cloned();
            if let Some(key) = &found {
                self.from = [key.as_bytes(), b"\0"].concat();
                self.read += 1;
            }
            Ok(found.map(|key| (key, ())))
        }

        fn seek(&mut self, key: &[u8]) {
            assert!(key >= self.from.as_slice(), "seeks go forward");
            key.clone_into(&mut self.from);
        }
    }

    fn list(keys: &BTreeSet<String>, query: Query<'_>) -> Page<()> {
        let Ok(page) = page(&mut Sorted::after(keys, query.marker), query);
        page
    }

    fn names(page: &Page<()>) -> Vec<&str> {
        page.entries
            .iter()
            .map(|entry| match entry {
                Entry::Item(key, ()) | Entry::CommonPrefix(key) => key.as_str(),
            })
            .collect()
    }

    fn set(keys: &[&str]) -> BTreeSet<String> {
        keys.iter().map(|&key| key.to_owned()).collect()
    }

    #[test]
    fn prefixes_roll_up_and_count_once() {
        let keys = set(&["a", "dir/1", "dir/2", "dir/sub/3", "dirx", "z"]);
        let query = Query { prefix: "", delimiter: Some('/'), marker: "", limit: 3 };
        let first = list(&keys, query);
        assert_eq!((names(&first), first.next_marker()), (vec!["a", "dir/", "dirx"], Some("dirx")));
        let second = list(&keys, Query { marker: "dirx", ..query });
        assert_eq!((names(&second), second.next_marker()), (vec!["z"], None));
        assert_eq!(names(&list(&keys, Query { prefix: "dir/", ..query })), ["dir/1", "dir/2", "dir/sub/"]);
    }

    #[test]
    fn a_marker_that_is_a_common_prefix_skips_all_below_it() {
        let keys = set(&["dir/1", "dir/2", "e"]);
        let query = Query { prefix: "", delimiter: Some('/'), marker: "dir/", limit: 10 };
        assert_eq!(names(&list(&keys, query)), ["e"]);
        assert_eq!(names(&list(&keys, Query { marker: "dir/1", ..query })), ["dir/", "e"]);
        assert_eq!(names(&list(&keys, Query { delimiter: None, ..query })), ["dir/1", "dir/2", "e"]);
    }

    #[test]
    fn the_cost_follows_the_page_and_not_the_bucket() {
        let keys: BTreeSet<String> = (0..10_000).map(|n| format!("d{}/{n}", n % 4)).collect();
        let mut source = Sorted::after(&keys, "");
        let Ok(page) = page(&mut source, Query { prefix: "", delimiter: Some('/'), marker: "", limit: 10 });
        assert_eq!((names(&page), source.read), (vec!["d0/", "d1/", "d2/", "d3/"], 4));
    }

    #[test]
    fn a_limit_of_nothing_gives_nothing() {
        let page = list(&set(&["a"]), Query { prefix: "", delimiter: None, marker: "", limit: 0 });
        assert_eq!((page.entries.len(), page.is_truncated), (0, false));
    }

    /// What a page means, without any skipping.
    fn whole(keys: &BTreeSet<String>, query: Query<'_>) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for key in keys.iter().filter(|key| key.starts_with(query.prefix)) {
            let entry = common_prefix(query, key).unwrap_or(key);
            if entries.last().is_none_or(|last| last != entry) {
                entries.push(entry.to_owned());
            }
        }
        entries
    }

    proptest! {
        #[test]
        fn pages_joined_are_the_whole_listing(
            keys in prop::collection::btree_set("[ab/中\u{10ffff}]{1,5}", 0..40),
            prefix in "[ab/]{0,2}",
            delimiter in prop::option::of(prop::sample::select(vec!['/', 'a', '中', '\u{10ffff}'])),
            limit in 1..6usize,
        ) {
            let mut joined: Vec<String> = Vec::new();
            let mut marker = String::new();
            loop {
                let page = list(&keys, Query { prefix: &prefix, delimiter, marker: &marker, limit });
                prop_assert!(page.entries.len() <= limit);
                joined.extend(names(&page).into_iter().map(str::to_owned));
                match page.next_marker() {
                    Some(next) => next.clone_into(&mut marker),
                    None => break,
                }
            }
            prop_assert_eq!(joined, whole(&keys, Query { prefix: &prefix, delimiter, marker: "", limit }));
        }
    }
}
