//! Signatures of the chunks of a body, each of which covers the one before it (AWS, "Signature Calculations: Transferring Payload
//! in Multiple Chunks").

use crate::codec::mac::sha256_hex;
use crate::codec::signature_v4::{Mismatch, Scope, SigningKey, is_valid};

/// Verifies chunks in their order, from the signature of the request's head on.
#[derive(Clone)]
pub struct ChunkSigner {
    key: SigningKey,
    /// The lines that all strings to sign have in common: time and scope.
    place: String,
    previous: String,
}

impl ChunkSigner {
    /// Begins at the signature of the head.
    pub fn new(key: SigningKey, date_time: &str, scope: &Scope, seed: String) -> Self {
        Self { key, place: format!("{date_time}\n{scope}"), previous: seed }
    }

    /// Checks the next chunk by the SHA-256 of its bytes; the last one is empty.
    ///
    /// # Errors
    /// The text that the server signed.
    pub fn verify_chunk(&mut self, sha256: [u8; 32], signature: &str) -> Result<(), Box<Mismatch>> {
        self.verify(self.chunk_string(sha256), signature)
    }

    /// Checks the trailers, which stand behind the last chunk: `text` has a line `name:value` for each, ended by `\n`.
    ///
    /// # Errors
    /// The text that the server signed.
    pub fn verify_trailers(&mut self, text: &str, signature: &str) -> Result<(), Box<Mismatch>> {
        self.verify(self.trailer_string(text), signature)
    }

    /// Signs the next chunk.
    pub fn sign_chunk(&mut self, sha256: [u8; 32]) -> String {
        self.previous = self.key.sign(&self.chunk_string(sha256));
        self.previous.clone()
    }

    /// Signs the trailers.
    pub fn sign_trailers(&mut self, text: &str) -> String {
        self.previous = self.key.sign(&self.trailer_string(text));
        self.previous.clone()
    }

    fn chunk_string(&self, sha256: [u8; 32]) -> String {
        let (place, previous, of_nothing) = (&self.place, &self.previous, sha256_hex(b""));
        format!("AWS4-HMAC-SHA256-PAYLOAD\n{place}\n{previous}\n{of_nothing}\n{}", hex::encode(sha256))
    }

    fn trailer_string(&self, text: &str) -> String {
        format!("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}", self.place, self.previous, sha256_hex(text.as_bytes()))
    }

    fn verify(&mut self, string_to_sign: String, signature: &str) -> Result<(), Box<Mismatch>> {
        if !is_valid(&self.key, &string_to_sign, signature) {
            return Err(Box::new(Mismatch { string_to_sign, canonical_request: String::new() }));
        }
        signature.clone_into(&mut self.previous);
        Ok(())
    }
}
