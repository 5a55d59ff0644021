//! A bar that shows how much of a long file was read. It is hidden where standard error is no terminal.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A source that moves a bar forward as it is read. What is read a second time does not count.
pub(super) struct Watched<R> {
    source: R,
    at: u64,
    bar: ProgressBar,
}

impl<R> Watched<R> {
    /// Watches a source of this many bytes.
    pub(super) fn new(source: R, length: u64) -> Self {
        let bar = ProgressBar::new(length);
        if let Ok(style) =
            ProgressStyle::with_template("audit {bar:24} {bytes}/{total_bytes} {elapsed}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { source, at: 0, bar }
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.at += count as u64;
        if self.at > self.bar.position() {
            self.bar.set_position(self.at);
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.source.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn the_bar_only_goes_forward() {
        let mut watched = Watched::new(Cursor::new([7; 100]), 100);
        let mut buffer = [0; 40];
        assert_eq!(watched.read(&mut buffer).unwrap(), 40);
        watched.rewind().unwrap();
        assert_eq!(watched.read(&mut buffer[..10]).unwrap(), 10);
        assert_eq!(watched.bar.position(), 40);
        watched.seek(SeekFrom::Start(90)).unwrap();
        assert_eq!(watched.read(&mut buffer).unwrap(), 10);
        assert_eq!(watched.bar.position(), 100);
    }
}
