//! The data folder: its parts, its format, and its key.
//!
//! ```text
//! FORMAT      the version of this layout
//! folder.key  32 random bytes, readable by the owner alone
//! ca.*        the server's certificate authority
//! index/      sled
//! bodies/xx/  a file a body, named by its id; xx are the id's last two digits
//! staging/    bodies still arriving; emptied at every start
//! ```

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::codec::crypto::Key;
use crate::domain::random::Random;
use crate::storage::StorageError;

const FORMAT: &str = "cos-emulator 1\n";

pub(super) struct Folder {
    path: PathBuf,
    key: Key,
}

impl Folder {
    pub(super) fn open(path: &Path, random: &Random) -> Result<Self, StorageError> {
        claim(path)?;
        let folder = Self { key: open_key(&path.join("folder.key"), random)?, path: path.to_owned() };
        for part in [folder.bodies(), folder.staging()] {
            create(&part)?;
        }
        Ok(folder)
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn index(&self) -> PathBuf {
        self.path.join("index")
    }

    pub(super) fn bodies(&self) -> PathBuf {
        self.path.join("bodies")
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.path.join("staging")
    }
}

/// Makes the folder unless it is there, and marks it as a data folder.
///
/// # Errors
/// It holds something else, or a later layout, or cannot be written to.
pub fn claim(path: &Path) -> Result<(), StorageError> {
    create(path)?;
    check_format(path)
}

fn create(path: &Path) -> Result<(), StorageError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(StorageError::file(format!("creating {}", path.display())))
}

/// Refuses to write into a folder that holds something else, or a later layout.
fn check_format(path: &Path) -> Result<(), StorageError> {
    let marker = path.join("FORMAT");
    match fs::read_to_string(&marker) {
        Ok(format) if format == FORMAT => Ok(()),
        Ok(format) => Err(StorageError::Folder(format!(
            "{} has the format {:?}, which this version cannot read; it reads {:?}",
            path.display(),
            format.trim(),
            FORMAT.trim()
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut entries = fs::read_dir(path).map_err(StorageError::file(format!("reading {}", path.display())))?;
            // A kill while the folder was made may have left the marker's file aside.
            let is_foreign = |name: OsString| name != "lost+found" && name != "FORMAT.new";
            if entries.any(|entry| entry.is_ok_and(|entry| is_foreign(entry.file_name()))) {
                let message =
                    format!("{} is neither empty nor a data folder of the emulator (it has no FORMAT file)", path.display());
                return Err(StorageError::Folder(message));
            }
            write_whole(&marker, FORMAT.as_bytes(), 0o644)
        }
        Err(error) => Err(StorageError::file(format!("reading {}", marker.display()))(error)),
    }
}

fn open_key(path: &Path, random: &Random) -> Result<Key, StorageError> {
    match fs::read(path) {
        Ok(bytes) => bytes
            .try_into()
            .map(Key::new)
            .map_err(|_| StorageError::Folder(format!("{} does not hold a key of 32 bytes", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = Key::new(random.bytes());
            write_whole(path, key.bytes(), 0o600)?;
            Ok(key)
        }
        Err(error) => Err(StorageError::file(format!("reading {}", path.display()))(error)),
    }
}

/// Writes aside, then renames: a crash leaves the whole file or none.
///
/// # Errors
/// The file could not be written.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StorageError> {
    let aside = path.with_extension("new");
    let write = || {
        // What a crash left there may be readable by others.
        if let Err(error) = fs::remove_file(&aside)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&aside)?;
        file.write_all(bytes)?;
        fs::rename(&aside, path)
    };
    write().map_err(StorageError::file(format!("writing {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_key_and_refuses_what_is_not_its_own() {
        let root = tempfile::tempdir().expect("a folder");
        let random = Random::from_seed(1);
        let ours = root.path().join("ours");
        let key = *Folder::open(&ours, &random).expect("made").key().bytes();
        assert_eq!(Folder::open(&ours, &random).expect("opened").key().bytes(), &key);

        let theirs = root.path().join("theirs");
        fs::create_dir(&theirs).expect("made");
        fs::write(theirs.join("thesis.doc"), "x").expect("written");
        let refusal = Folder::open(&theirs, &random).err().expect("refused").to_string();
        assert!(refusal.contains("neither empty nor a data folder"), "{refusal}");

        fs::write(ours.join("FORMAT"), "cos-emulator 99\n").expect("written");
        let refusal = Folder::open(&ours, &random).err().expect("refused").to_string();
        assert!(refusal.contains("cos-emulator 99"), "{refusal}");
    }

    #[test]
    fn a_crash_while_the_folder_was_made_does_not_stop_the_next_start() {
        let root = tempfile::tempdir().expect("a folder");
        let random = Random::from_seed(1);
        fs::write(root.path().join("FORMAT.new"), "cos-").expect("written");
        drop(Folder::open(root.path(), &random).expect("made"));
        fs::remove_file(root.path().join("folder.key")).expect("removed");
        assert!(Folder::open(root.path(), &random).is_ok());
    }
}
