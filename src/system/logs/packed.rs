//! Compressed logs, unpacked while they are read.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::time::Instant;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use crate::clock;
use crate::system::logs::part::Ending;
use crate::system::logs::{Scanner, Tally};

/// Compressed bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// Memory that a zstd frame may ask for: the highest level of zstd asks for half of it.
const WINDOW: u64 = 16 * 1024 * 1024;

/// How a log is compressed that we can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

/// What the first bytes of a log say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Packed(Packing),
    /// Compressed in a way that we cannot read.
    Unreadable(&'static str),
}

/// A stream after its first bytes were looked at.
pub(super) enum Stream {
    Lines(Box<dyn Read + Send>),
    Unreadable(&'static str),
}

pub(super) fn kind(magic: &[u8]) -> Kind {
    match magic {
        [0x1f, 0x8b, ..] => Kind::Packed(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Packed(Packing::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Kind::Unreadable("xz"),
        [b'B', b'Z', b'h', ..] => Kind::Unreadable("bzip2"),
        _ => Kind::Plain,
    }
}

/// The lines of a stream, whether it is compressed or not.
pub(super) fn stream(mut source: Box<dyn Read + Send>) -> io::Result<Stream> {
    let mut magic = Vec::with_capacity(6);
    source.by_ref().take(6).read_to_end(&mut magic)?;
    let kind = kind(&magic);
    let whole = Cursor::new(magic).chain(source);
    Ok(match kind {
        Kind::Plain => Stream::Lines(Box::new(whole)),
        Kind::Packed(packing) => Stream::Lines(unpacked(packing, whole)?),
        Kind::Unreadable(how) => Stream::Unreadable(how),
    })
}

/// Counts all lines of a compressed file.
pub(super) fn count(
    file: Arc<File>,
    packing: Packing,
    scanner: &mut Scanner,
    tally: &mut Tally,
    deadline: Instant,
) -> io::Result<Ending> {
    let mut lines = unpacked(packing, file)?;
    loop {
        if clock::instant() >= deadline {
            return Ok(Ending::OutOfTime);
        }
        match lines.read(scanner.space()) {
            Ok(0) => break,
            Ok(got) => scanner.took(got, tally),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                scanner.end(tally);
                return Err(error);
            }
        }
    }
    scanner.end(tally);
    Ok(Ending::Whole)
}

fn unpacked(packing: Packing, source: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let source = BufReader::with_capacity(CHUNK, source);
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(source)),
        Packing::Zstd => Box::new(Frames { decoder: None, source: Some(source) }),
    })
}

/// All frames of a zstd stream, one after the other: `zstd` and its users may write several.
struct Frames<R: Read> {
    decoder: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
    source: Option<R>,
}

impl<R: io::BufRead> Read for Frames<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                match decoder.read(space)? {
                    0 => self.source = self.decoder.take().map(StreamingDecoder::into_inner),
                    got => return Ok(got),
                }
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let decoder = StreamingDecoder::new_with_max_window_size(source, WINDOW);
            self.decoder = Some(decoder.map_err(io::Error::other)?);
        }
    }
}
