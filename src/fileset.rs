//! A whole project in memory: what every later stage reads, so that none of them can lie.

use std::collections::BTreeMap;

use sha1_smol::Sha1;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its text; every line ends in a line feed.
    pub text: String,
}

impl File {
    /// Whether it is run as a program: it says by which on its first line.
    pub fn executable(&self) -> bool {
        self.text.starts_with("#!/")
    }

    /// The id under which git stores these bytes.
    pub fn blob_id(&self) -> String {
        let mut hash = Sha1::new();
        hash.update(format!("blob {}\0", self.text.len()).as_bytes());
        hash.update(self.text.as_bytes());
        hash.digest().to_string()
    }
}

/// Files by path, relative to the project, with `/` between the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet(BTreeMap<String, File>);

impl FileSet {
    /// Adds a file, in place of one of the same path.
    pub fn insert(&mut self, path: impl Into<String>, text: String) {
        self.0.insert(path.into(), File { text });
    }

    /// Takes a file out again.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// The file at that path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn a_blob_id_is_the_one_git_gives() {
        let file = File {
            text: "hello\n".to_owned(),
        };
        // `printf 'hello\n' | git hash-object --stdin`
        assert_eq!(file.blob_id(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
