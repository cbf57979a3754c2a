//! What probe-rs calls the chips: `targets/*.yaml`, read line by line.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use cargo_async_init::catalog::chips::Region;

/// Every chip's name in capitals, with its own spelling and its memory.
pub struct Targets(HashMap<String, Target>);

/// A chip, as probe-rs describes it.
#[derive(Default)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Flash.
    pub flash: Vec<Region>,
    /// RAM.
    pub ram: Vec<Region>,
}

impl Targets {
    /// Reads every file of that folder's `targets`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut targets = HashMap::new();
        let files = fs::read_dir(folder.join("targets"))
            .map_err(|error| format!("the targets of probe-rs: {error}"))?;
        for file in files {
            let path = file.map_err(|error| error.to_string())?.path();
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            targets.extend(
                variants(&text)
                    .into_iter()
                    .map(|target| (target.name.to_uppercase(), target)),
            );
        }
        Ok(Self(targets))
    }

    /// The chip of that name, whatever its letters' case.
    pub fn get(&self, name: &str) -> Option<&Target> {
        self.0.get(&name.to_uppercase())
    }

    /// The chips of that name with a package behind it, by name.
    pub fn packages(&self, name: &str) -> Vec<String> {
        let begins = |target: &&Target| {
            let rest = target.name.strip_prefix(name);
            rest.is_some_and(|rest| (2..=4).contains(&rest.len()))
        };
        let mut names: Vec<String> = self
            .0
            .values()
            .filter(begins)
            .map(|target| target.name.clone())
            .collect();
        names.sort();
        names
    }
}

/// The list `variants:` of a file.
fn variants(text: &str) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    let mut inside = false;
    let (mut flash, mut start) = (false, 0);
    for line in text.lines() {
        if !line.starts_with([' ', '-', '#']) {
            inside = line == "variants:";
        }
        if !inside {
            continue;
        }
        if let Some(name) = line.strip_prefix("- name: ") {
            found.push(Target {
                name: name.split(" #").next().unwrap_or(name).trim().to_owned(),
                ..Target::default()
            });
            continue;
        }
        let line = line.trim_start();
        let Some(target) = found.last_mut() else {
            continue;
        };
        if line.starts_with("- !") {
            flash = line.starts_with("- !Nvm");
        } else if let Some(address) = line.strip_prefix("start: ") {
            start = number(address);
        } else if let Some(end) = line.strip_prefix("end: ") {
            let region = Region {
                origin: start,
                length: number(end).saturating_sub(start),
            };
            let regions = if flash {
                &mut target.flash
            } else {
                &mut target.ram
            };
            regions.push(region);
        }
    }
    found
}

fn number(text: &str) -> u32 {
    let text = text.split('#').next().unwrap_or(text).trim();
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    match digits {
        Some(digits) => u32::from_str_radix(digits, 16).unwrap_or_default(),
        None => text.parse().unwrap_or_default(),
    }
}
