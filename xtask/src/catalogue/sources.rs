//! Where cargo keeps the sources, and their versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate's sources.
#[derive(Debug)]
pub struct Source {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: String,
    /// The folder with its manifest.
    pub path: PathBuf,
}

/// Every crate that is read.
#[derive(Debug)]
pub struct Sources {
    pub embassy_stm32: Source,
    pub stm32_metapac: Source,
    pub embassy_nrf: Source,
    pub embassy_rp: Source,
    pub esp_hal: Source,
    pub esp_metadata: Source,
    pub esp_rtos: Source,
    pub py32_hal: Source,
    pub py32_metapac: Source,
    pub sifli_hal: Source,
    pub probe_rs: Source,
}

impl Sources {
    /// Has cargo fetch what is missing.
    pub fn find() -> Result<Self, String> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/Cargo.toml");
        let output = Command::new("cargo")
            .args([
                "metadata",
                "--locked",
                "--format-version",
                "1",
                "--manifest-path",
            ])
            .arg(&manifest)
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo does not find the sources:\n{said}"));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cargo's metadata: {error}"))?;
        let source = |name| find(&metadata, name);
        Ok(Self {
            embassy_stm32: source("embassy-stm32")?,
            stm32_metapac: source("stm32-metapac")?,
            embassy_nrf: source("embassy-nrf")?,
            embassy_rp: source("embassy-rp")?,
            esp_hal: source("esp-hal")?,
            esp_metadata: source("esp-metadata-generated")?,
            esp_rtos: source("esp-rtos")?,
            py32_hal: source("py32-hal")?,
            py32_metapac: source("py32-metapac")?,
            sifli_hal: source("sifli-hal")?,
            probe_rs: source("probe-rs")?,
        })
    }

    /// Each, for the head of the catalogue.
    pub fn each(&self) -> [&Source; 11] {
        [
            &self.embassy_stm32,
            &self.stm32_metapac,
            &self.embassy_nrf,
            &self.embassy_rp,
            &self.esp_hal,
            &self.esp_metadata,
            &self.esp_rtos,
            &self.py32_hal,
            &self.py32_metapac,
            &self.sifli_hal,
            &self.probe_rs,
        ]
    }
}

impl Source {
    /// One of its files.
    pub fn read(&self, file: &str) -> Result<String, String> {
        let path = self.path.join(file);
        std::fs::read_to_string(&path)
            .map_err(|error| format!("{} {}: {file}: {error}", self.name, self.version))
    }

    /// Its features, in the manifest's order, each with what it enables.
    pub fn features(&self) -> Result<Vec<(String, Vec<String>)>, String> {
        let manifest = self.manifest()?;
        let features = manifest["features"]
            .as_table()
            .ok_or("a manifest without features")?;
        let enabled = |item: &toml_edit::Item| {
            let values = item.as_array().into_iter().flatten();
            let names = values.filter_map(|value| value.as_str().map(str::to_owned));
            names.collect()
        };
        Ok(features
            .iter()
            .map(|(name, item)| (name.to_owned(), enabled(item)))
            .collect())
    }

    /// Its manifest.
    pub fn manifest(&self) -> Result<toml_edit::DocumentMut, String> {
        let text = self.read("Cargo.toml")?;
        text.parse()
            .map_err(|error| format!("the manifest of {}: {error}", self.name))
    }
}

fn find(metadata: &Value, name: &'static str) -> Result<Source, String> {
    let packages = metadata["packages"].as_array();
    let package = packages
        .into_iter()
        .flatten()
        .find(|package| package["name"] == name)
        .ok_or_else(|| format!("`{name}` is not among the sources"))?;
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let manifest = Path::new(text("manifest_path"));
    Ok(Source {
        name,
        version: text("version").to_owned(),
        path: manifest.parent().unwrap_or(manifest).to_owned(),
    })
}
