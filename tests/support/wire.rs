//! What a proxy must know of a protocol: where a command ends, and where its answer does.

/// One direction of one connection, cut into whole messages as they stood on the wire.
pub trait Wire: Default + Send + 'static {
    /// Adds what came.
    fn feed(&mut self, bytes: &[u8]);
    /// The next whole message of the client, if it is there. Errors: this is not the protocol.
    fn asked(&mut self) -> Result<Option<Asked>, String>;
    /// The next whole message of the server, if it is there. Errors: this is not the protocol.
    fn answered(&mut self) -> Result<Option<Answered>, String>;
}

/// A message of the client.
pub struct Asked {
    pub bytes: Vec<u8>,
    /// What the command says; none for what belongs to the login or to another message: it passes unseen.
    pub words: Option<Vec<Vec<u8>>>,
    pub owes: Owes,
}

/// What the server will say to a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owes {
    Nothing,
    Answer,
    /// No answer, but messages from then on.
    Messages,
}

/// A message of the server.
pub struct Answered {
    pub bytes: Vec<u8>,
    pub part: Part,
}

/// What a message of the server is of an answer, where one is owed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// More of it comes.
    More,
    /// It ends here.
    End,
    /// The same, but nobody asked for it where messages are subscribed to.
    Message,
}

/// Bytes that have come, and from where on they have not been cut yet.
#[derive(Default)]
pub struct Came {
    bytes: Vec<u8>,
    start: usize,
}

impl Came {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// What has not been cut yet.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Cuts so many bytes off; none when they are not there yet.
    pub fn cut(&mut self, length: usize) -> Option<Vec<u8>> {
        let whole = self.rest().get(..length)?.to_vec();
        self.start += length;
        Some(whole)
    }
}
