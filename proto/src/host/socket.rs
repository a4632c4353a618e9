//! The unix socket's file: where it is, who may use it, and that it goes away.
//!
//! The kernel takes about 104 bytes of path, and temporary directories can be longer than that
//! (macOS, CI). Without TLS the file's permissions are the only protection, so the socket lives in
//! a directory of its own that nobody else can enter: that leaves no moment between creating the
//! socket and restricting it.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

use super::{HostError, ListenOptions, random};

/// The shortest limit among the systems is 104 bytes with the final zero (macOS).
const MAX_PATH: usize = 100;

/// A bound socket's file and the directory around it, removed on drop.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: String,
    directory: Option<PathBuf>,
}

impl SocketFile {
    pub(crate) fn address(&self) -> &str {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Nobody could be told, and the temporary directory is cleaned by others.
        let _ = fs::remove_file(&self.path);
        if let Some(directory) = &self.directory {
            let _ = fs::remove_dir(directory);
        }
    }
}

pub(super) fn bind(options: &ListenOptions) -> Result<(UnixListener, SocketFile), HostError> {
    match &options.socket_dir {
        // Whoever names a directory looks for the socket there, so there is no other place.
        Some(directory) => bind_in(directory, options.socket_group.as_deref()),
        None => usable_directories(std::env::temp_dir())
            .find_map(|directory| bind_in(&directory, options.socket_group.as_deref()).ok())
            .ok_or(HostError::NoSocketDirectory),
    }
}

fn usable_directories(preferred: PathBuf) -> impl Iterator<Item = PathBuf> {
    [preferred, PathBuf::from("/tmp"), PathBuf::from("/var/tmp")].into_iter()
}

fn bind_in(parent: &Path, group: Option<&str>) -> Result<(UnixListener, SocketFile), HostError> {
    let name = format!("tfplugin-{}", random::hex());
    let Some(group) = group else {
        let directory = parent.join(name);
        let path = address_of(&directory.join("s"))?;
        let refused = |source| HostError::Socket {
            path: path.clone(),
            source,
        };
        DirBuilder::new()
            .mode(0o700)
            .create(&directory)
            .map_err(refused)?;
        // From here on a failure removes the directory, too.
        let file = SocketFile {
            path: path.clone(),
            directory: Some(directory),
        };
        let listener = UnixListener::bind(&path).map_err(refused)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(refused)?;
        return Ok((listener, file));
    };

    // The group could not enter a private directory, so the socket itself carries the rights.
    let path = address_of(&parent.join(name))?;
    let refused = |source| HostError::Socket {
        path: path.clone(),
        source,
    };
    let gid = group_id(group, &fs::read("/etc/group").unwrap_or_default())
        .ok_or_else(|| HostError::UnknownGroup(group.to_owned()))?;
    let listener = UnixListener::bind(&path).map_err(refused)?;
    let file = SocketFile {
        path: path.clone(),
        directory: None,
    };
    chown(&path, None, Some(gid)).map_err(refused)?;
    fs::set_permissions(&path, Permissions::from_mode(0o660)).map_err(refused)?;
    Ok((listener, file))
}

/// The path as the handshake line can carry it: text, short, without the line's separator.
fn address_of(path: &Path) -> Result<String, HostError> {
    let unusable = |kind: io::ErrorKind| HostError::Socket {
        path: path.display().to_string(),
        source: kind.into(),
    };
    match path.to_str() {
        Some(text) if text.len() > MAX_PATH => Err(unusable(io::ErrorKind::InvalidFilename)),
        Some(text) if !text.contains(['|', '\n']) => Ok(text.to_owned()),
        _ => Err(unusable(io::ErrorKind::InvalidData)),
    }
}

/// A group's number, from the number itself or from the lines of `/etc/group`.
fn group_id(group: &str, database: &[u8]) -> Option<u32> {
    group.parse().ok().or_else(|| {
        database.split(|&byte| byte == b'\n').find_map(|line| {
            let mut fields = line.split(|&byte| byte == b':');
            (fields.next()? == group.as_bytes()).then_some(())?;
            std::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_is_private_and_goes_away_with_its_directory() {
        let parent = tempfile::Builder::new()
            .prefix("t")
            .tempdir_in("/tmp")
            .unwrap();
        let (listener, file) = bind_in(parent.path(), None).unwrap();
        let path = PathBuf::from(file.address());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        drop((listener, file));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_group_gets_a_socket_that_it_can_reach() {
        let parent = tempfile::Builder::new()
            .prefix("t")
            .tempdir_in("/tmp")
            .unwrap();
        let own_group = std::os::unix::fs::MetadataExt::gid(&parent.path().metadata().unwrap());
        let (_listener, file) = bind_in(parent.path(), Some(&own_group.to_string())).unwrap();
        let metadata = fs::metadata(file.address()).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o660);
        assert_eq!(Path::new(file.address()).parent(), Some(parent.path()));
    }

    #[tokio::test]
    async fn a_long_temporary_directory_gives_way_to_a_short_one() {
        let long = PathBuf::from(format!("/{}", "x".repeat(120)));
        assert!(bind_in(&long, None).is_err());
        let (_listener, file) = usable_directories(long)
            .find_map(|directory| bind_in(&directory, None).ok())
            .expect("/tmp or /var/tmp is usable");
        assert!(file.address().len() <= MAX_PATH);
    }

    #[tokio::test]
    async fn a_directory_that_was_named_has_no_substitute() {
        let options = ListenOptions {
            socket_dir: Some("/nonexistent/directory".into()),
            ..ListenOptions::default()
        };
        let error = bind(&options).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/directory"), "{error}");
    }

    #[test]
    fn the_separator_of_the_handshake_line_cannot_be_in_a_path() {
        assert!(address_of(Path::new("/tmp/a|b/s")).is_err());
        let not_text =
            <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"/tmp/\xff/s");
        assert!(address_of(Path::new(&not_text)).is_err());
    }

    #[test]
    fn groups_are_found_by_name_and_number() {
        let database = b"root:x:0:\nterraform:x:1042:alice\n";
        assert_eq!(group_id("1000", database), Some(1000));
        assert_eq!(group_id("terraform", database), Some(1042));
        assert_eq!(group_id("terra", database), None);
    }
}
