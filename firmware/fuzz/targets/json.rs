//! Any bytes as JSON: reading never panics and always ends, whatever of it is asked for.
#![no_main]

use leitstand_core::json::Json;
use libfuzzer_sys::fuzz_target;

fn visit(value: Json<'_>) {
    let _ = (value.kind(), value.as_bool(), value.as_i64(), value.as_f64(), value.get("command"));
    if let Some(text) = value.text() {
        let short = text.to_string::<16>();
        assert!(!text.fits::<16>() || text == short.as_str());
    }
    for item in value.items() {
        visit(item);
    }
    for (key, member) in value.members() {
        let _ = key.to_string::<8>();
        visit(member);
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = Json::parse(data) {
        visit(value);
    }
});
