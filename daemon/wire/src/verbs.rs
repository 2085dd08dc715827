//! How verbs are declared: each once, with its word, its arguments and whether it changes something.

/// Declares `Call` and, from the same lines, `VERBS`, `Call::verb` and `Call::changes`.
macro_rules! verbs {
    ($(
        $(#[$meta:meta])*
        $effect:ident $verb:literal $variant:ident {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty ),* $(,)?
        }
    )*) => {
        /// One verb with its arguments: `{"verb": "chat_say", "with": {"text": "Hello"}}`.
        ///
        /// Where a verb takes a `chat`, it may be left out when there is one it can be meant for;
        /// else the answer is the refusal `which_chat`, which lists them. Each verb names the
        /// [`Reply`](crate::Reply) that answers it; one that changes something may also be
        /// answered by `done`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "verb", content = "with", deny_unknown_fields)]
        pub enum Call {
            $(
                $(#[$meta])*
                #[serde(rename = $verb)]
                $variant { $( $(#[$field_meta])* $field: $type ),* },
            )*
        }

        /// Every verb by its word on the wire.
        pub const VERBS: &[&str] = &[ $( $verb ),* ];

        impl Call {
            /// The verb's word on the wire.
            #[must_use]
            pub const fn verb(&self) -> &'static str {
                match self { $( Self::$variant { .. } => $verb, )* }
            }

            /// Whether it changes something, so that a repeat should carry the same command id.
            #[must_use]
            pub const fn changes(&self) -> bool {
                match self { $( Self::$variant { .. } => verbs!(@ $effect), )* }
            }
        }
    };
    (@ asks) => { false };
    (@ changes) => { true };
}
pub(crate) use verbs;
