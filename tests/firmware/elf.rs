//! Whether an image would start on the chip that it was built for: what a linker lets pass and a
//! board answers with silence. Nothing is run; memory, vectors, boot structures and instruction set
//! are held against the catalogue.
//!
//! [`check`] examines an image. [`disprove`] breaks copies of it, one way at a time, and says which
//! of them `check` would have let pass: a check that cannot fail proves nothing.

use std::fmt;
use std::path::Path;

use cargo_async_init::catalog::chips::{Boot, Chip, Core, Region, Share};
use object::elf::{self, FileHeader32, ProgramHeader32, SectionHeader32};
use object::read::elf::{
    FileHeader as _, ProgramHeader as _, SectionHeader as _, SectionTable, Sym as _,
};
use object::{LittleEndian, SectionIndex};

type Endian = LittleEndian;
const LE: Endian = LittleEndian;

/// The first word of an RP2350's block of definitions, and the last.
const BLOCK: (u32, u32) = (0xFFFF_DED3, 0xAB12_3579);
/// The first word of an ESP program's description.
const APP_DESCRIPTOR: u32 = 0xABCD_5432;
/// What a stack has to have at least: a few hundred bytes for the program, and a panic's message.
const STACK: u32 = 1024;
/// How far into flash the RP2350's boot ROM looks.
const BLOCK_WITHIN: usize = 4096;

/// What an image takes of its chip.
#[derive(Debug)]
pub(crate) struct Report {
    /// Bytes of flash, and how many there are.
    pub(crate) flash: (u32, u32),
    /// Bytes of RAM without the stack, and how many there are.
    pub(crate) ram: (u32, u32),
    /// Where it starts.
    pub(crate) entry: u32,
    /// Where its stack starts.
    pub(crate) stack: u32,
    /// The architecture that it states.
    pub(crate) architecture: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flash, ram, .. } = self;
        write!(
            f,
            "flash {} of {}, RAM {} of {}, entry {:#010x}, stack {:#010x}, {}",
            flash.0, flash.1, ram.0, ram.1, self.entry, self.stack, self.architecture
        )
    }
}

/// Examines the image at that path, for a chip of which it has that memory.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(crate) fn check(path: &Path, chip: &Chip, memory: &Share) -> Result<Report, Vec<String>> {
    let image =
        std::fs::read(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    check_bytes(&image, chip, memory)
}

/// Breaks copies of a sound image, each in one way.
///
/// # Errors
///
/// The ways that [`check`] did not notice, or that could not be tried.
pub(crate) fn disprove(path: &Path, chip: &Chip, memory: &Share) -> Result<usize, Vec<String>> {
    let image =
        std::fs::read(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    let broken = corruptions(&image, chip, memory).map_err(|error| vec![error])?;
    let survivors: Vec<String> = broken
        .iter()
        .filter_map(
            |(way, expected, copy)| match check_bytes(copy, chip, memory) {
                Ok(_) => Some(format!("not noticed: {way}")),
                Err(problems) if !problems.iter().any(|each| each.contains(expected)) => {
                    Some(format!("{way}: noticed for another reason: {problems:?}"))
                }
                Err(_) => None,
            },
        )
        .collect();
    if survivors.is_empty() {
        Ok(broken.len())
    } else {
        Err(survivors)
    }
}

fn check_bytes(bytes: &[u8], chip: &Chip, memory: &Share) -> Result<Report, Vec<String>> {
    let flash = memory.flash;
    let image = Image::parse(bytes).map_err(|error| vec![error])?;
    let mut problems = Vec::new();
    image.check_memory(chip, memory, &mut problems);
    let (stack, architecture) = match chip.core {
        core if !core.is_arm() => {
            image.check_description(flash, &mut problems);
            (
                image.symbol("_stack_start"),
                image.check_riscv(core, &mut problems),
            )
        }
        core => {
            let table = match chip.boot {
                Boot::SecondStage => {
                    image.check_second_stage(flash, &mut problems);
                    flash.origin + 0x100
                }
                _ => flash.origin,
            };
            if chip.boot == Boot::ImageDefinition {
                image.check_definition(flash, &mut problems);
            }
            image.check_vectors(table, flash, &mut problems);
            (image.word(table), image.check_arm(core, &mut problems))
        }
    };
    let end = memory.ram.end();
    match stack {
        None => problems.push("where the stack starts is not stated".to_owned()),
        Some(start) if start != end => problems.push(format!(
            "the stack starts at {start:#010x}, RAM ends at {end:#010x}"
        )),
        Some(_) => {}
    }
    let taken = image.taken_at_run_time(memory.ram);
    if taken + STACK > memory.ram.length {
        problems.push(format!(
            "variables take {taken} bytes of {}, which leaves too little to the stack",
            memory.ram.length
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Report {
        flash: (image.taken(flash), flash.length),
        ram: (taken, memory.ram.length),
        entry: image.header.e_entry(LE),
        stack: stack.unwrap_or_default(),
        architecture,
    })
}

/// An instruction's address and its two halves; of a short one the second is 0.
type Instruction = (u32, (u16, u16));

/// An image, taken apart.
struct Image<'a> {
    bytes: &'a [u8],
    header: &'a FileHeader32<Endian>,
    segments: &'a [ProgramHeader32<Endian>],
    sections: SectionTable<'a, FileHeader32<Endian>>,
}

impl<'a> Image<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let wrong = |error: object::Error| format!("not a 32-bit ELF file: {error}");
        let header = FileHeader32::<Endian>::parse(bytes).map_err(wrong)?;
        header.endian().map_err(wrong)?;
        Ok(Self {
            bytes,
            header,
            segments: header.program_headers(LE, bytes).map_err(wrong)?,
            sections: header.sections(LE, bytes).map_err(wrong)?,
        })
    }

    /// Segments that take memory.
    fn loads(&self) -> impl Iterator<Item = &'a ProgramHeader32<Endian>> {
        let loads = |segment: &&ProgramHeader32<Endian>| {
            segment.p_type(LE) == elf::PT_LOAD && segment.p_memsz(LE) > 0
        };
        self.segments.iter().filter(loads)
    }

    fn section(&self, name: &str) -> Option<(SectionIndex, &'a SectionHeader32<Endian>)> {
        self.sections.section_by_name(LE, name.as_bytes())
    }

    fn name(&self, section: &SectionHeader32<Endian>) -> String {
        let name = self.sections.section_name(LE, section).unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }

    /// Where in the file the bytes are that are flashed to that address.
    fn offset(&self, address: u32, length: usize) -> Option<usize> {
        self.loads().find_map(|segment| {
            let within = address.checked_sub(segment.p_paddr(LE))? as usize;
            let fits = within + length <= segment.p_filesz(LE) as usize;
            fits.then_some(segment.p_offset(LE) as usize + within)
        })
    }

    /// The bytes that are flashed to that address.
    fn flashed(&self, address: u32, length: usize) -> Option<&'a [u8]> {
        let offset = self.offset(address, length)?;
        self.bytes.get(offset..offset + length)
    }

    fn word(&self, address: u32) -> Option<u32> {
        self.flashed(address, 4).and_then(word_at)
    }

    fn symbol(&self, wanted: &str) -> Option<u32> {
        let symbols = self
            .sections
            .symbols(LE, self.bytes, elf::SHT_SYMTAB)
            .ok()?;
        symbols
            .iter()
            .find(|symbol| symbol.name(LE, symbols.strings()) == Ok(wanted.as_bytes()))
            .map(|symbol| symbol.st_value(LE))
    }

    fn taken(&self, flash: Region) -> u32 {
        self.loads()
            .filter(|segment| flash.holds(segment.p_paddr(LE), 0) && segment.p_filesz(LE) > 0)
            .map(|segment| segment.p_paddr(LE) + segment.p_filesz(LE) - flash.origin)
            .max()
            .unwrap_or_default()
    }

    fn taken_at_run_time(&self, ram: Region) -> u32 {
        self.sections
            .iter()
            .filter(|section| is_loaded(section) && ram.holds(section.sh_addr(LE), 0))
            .filter(|section| self.name(section) != ".stack")
            .map(|section| section.sh_size(LE))
            .sum()
    }

    /// Everything that takes memory lies in memory that the chip has.
    fn check_memory(&self, chip: &Chip, memory: &Share, problems: &mut Vec<String>) {
        let flash = memory.flash;
        let is_ram = |address, length| {
            memory.ram.holds(address, length)
                || memory
                    .shared
                    .is_some_and(|shared| shared.holds(address, length))
        };
        if self.loads().next().is_none() {
            problems.push("there is nothing to load".to_owned());
        }
        for segment in self.loads() {
            let (address, length) = (segment.p_vaddr(LE), segment.p_memsz(LE));
            if !flash.holds(address, length) && !is_ram(address, length) {
                problems.push(format!(
                    "a segment of {length:#x} bytes at {address:#010x} is outside of flash and RAM"
                ));
            }
            // An ESP's bootloader copies to RAM itself what is to be there; elsewhere all that is
            // in the file is flashed, and start-up code copies it.
            let (address, length) = (segment.p_paddr(LE), segment.p_filesz(LE));
            let copied = chip.boot == Boot::AppDescriptor && is_ram(address, length);
            if length > 0 && !flash.holds(address, length) && !copied {
                problems.push(format!(
                    "{length:#x} bytes are to be flashed to {address:#010x}, outside of flash"
                ));
            }
        }
        for section in self.sections.iter().filter(|section| is_loaded(section)) {
            let (address, length) = (section.sh_addr(LE), section.sh_size(LE));
            let loaded = self.loads().any(|segment| {
                let segment = Region {
                    origin: segment.p_vaddr(LE),
                    length: segment.p_memsz(LE),
                };
                segment.holds(address, length)
            });
            // Without a segment of its own a section is for tools only (`.defmt`, `.espressif`).
            let metadata =
                !loaded && section.sh_flags(LE).0 & elf::SHF_WRITE.0 == 0 && address == 0;
            if !metadata && !flash.holds(address, length) && !is_ram(address, length) {
                let name = self.name(section);
                problems.push(format!(
                    "section `{name}`, {length:#x} bytes at {address:#010x}, is outside of flash and RAM"
                ));
            }
        }
    }

    /// The vectors that every Cortex-M has: the stack's start is for the caller.
    fn check_vectors(&self, table: u32, flash: Region, problems: &mut Vec<String>) {
        for (number, name) in [(1, "reset"), (2, "NMI"), (3, "hard fault")] {
            let Some(vector) = self.word(table + 4 * number) else {
                problems.push(format!("there is no {name} vector at {table:#010x}"));
                continue;
            };
            if vector & 1 == 0 {
                problems.push(format!(
                    "the {name} vector {vector:#010x} lacks the thumb bit"
                ));
            }
            if !flash.holds(vector & !1, 2) || !self.is_code(vector & !1) {
                problems.push(format!(
                    "the {name} vector {vector:#010x} leads to no code in flash"
                ));
            }
        }
        let entry = self.header.e_entry(LE);
        if self.word(table + 4) != Some(entry) {
            problems.push(format!(
                "the entry {entry:#010x} is not what the reset vector says"
            ));
        }
    }

    fn is_code(&self, address: u32) -> bool {
        self.loads().any(|segment| {
            let code = Region {
                origin: segment.p_vaddr(LE),
                length: segment.p_filesz(LE),
            };
            segment.p_flags(LE).0 & elf::PF_X.0 != 0 && code.holds(address, 2)
        })
    }

    /// RP2040: the boot ROM runs the first 256 bytes of flash if their checksum is right.
    fn check_second_stage(&self, flash: Region, problems: &mut Vec<String>) {
        let Some((code, sum)) = self
            .flashed(flash.origin, 256)
            .and_then(|bytes| bytes.split_at_checked(252))
        else {
            problems.push("there is no second boot stage at the start of flash".to_owned());
            return;
        };
        if word_at(sum) != Some(crc32(code)) {
            problems.push("the second boot stage's checksum is wrong".to_owned());
        }
    }

    /// RP2350: a block of definitions that says that this is a program for its Arm cores.
    fn check_definition(&self, flash: Region, problems: &mut Vec<String>) {
        let Some(items) = self.block(flash) else {
            problems.push(format!(
                "there is no image definition within the first {BLOCK_WITHIN} bytes of flash"
            ));
            return;
        };
        let kind = items.first().map_or(0, |item| item >> 16);
        let first = items.first().copied().unwrap_or_default() & 0xFF;
        let (program, cpu, chip) = (kind & 0xF, kind >> 8 & 7, kind >> 12 & 7);
        if first != 0x42 || (program, cpu, chip) != (1, 0, 1) {
            problems.push(format!(
                "the image definition {kind:#06x} is not that of a program for the RP2350's Arm cores"
            ));
        }
    }

    /// The items of the first block of definitions, if it is whole.
    fn block(&self, flash: Region) -> Option<Vec<u32>> {
        let length = (self.taken(flash) as usize).min(BLOCK_WITHIN) / 4;
        let addresses =
            (0..length).map(|index| flash.origin + 4 * u32::try_from(index).unwrap_or(0));
        let mut words = addresses.filter_map(|address| self.word(address));
        words.find(|&word| word == BLOCK.0)?;
        let mut items = Vec::new();
        loop {
            let word = words.next()?;
            if word & 0xFF == 0xFF {
                // The last item counts the words before it; a link and the end marker follow.
                let counted = (word >> 8 & 0xFFFF) as usize == items.len();
                words.next()?;
                return (counted && words.next()? == BLOCK.1).then_some(items);
            }
            items.push(word);
        }
    }

    /// ESP: what the bootloader and the flasher read before they take a program.
    fn check_description(&self, flash: Region, problems: &mut Vec<String>) {
        let section = self.section(".flash.appdesc").map(|(_, section)| section);
        let address = section.map(|section| section.sh_addr(LE));
        if address.and_then(|address| self.word(address)) != Some(APP_DESCRIPTOR) {
            problems.push("there is no app descriptor".to_owned());
        } else if self.first_in(flash) != address {
            problems.push("the app descriptor is not at the start of the constants".to_owned());
        }
        let entry = self.header.e_entry(LE);
        if !self.is_code(entry) {
            problems.push(format!("the entry {entry:#010x} leads to no code"));
        }
    }

    fn first_in(&self, flash: Region) -> Option<u32> {
        let addresses = self.loads().map(|segment| segment.p_paddr(LE));
        addresses.filter(|&address| flash.holds(address, 0)).min()
    }

    /// RISC-V: what the image states, extension by extension.
    fn check_riscv(&self, core: Core, problems: &mut Vec<String>) -> String {
        if self.header.e_machine(LE) != elf::EM_RISCV {
            problems.push("the instruction set is not RISC-V".to_owned());
        }
        let hard = self.header.e_flags(LE).0 & elf::EF_RISCV_FLOAT_ABI != 0;
        if hard != core.has_float() {
            problems.push(format!(
                "the calling convention {} floating point",
                if hard { "needs" } else { "lacks" }
            ));
        }
        let stated = self
            .attribute(".riscv.attributes", b"riscv\0", 5)
            .and_then(|(at, _)| self.bytes[at..].split(|&byte| byte == 0).next())
            .map(|text| String::from_utf8_lossy(text).into_owned());
        let Some(stated) = stated else {
            problems.push("the image does not state its instruction set".to_owned());
            return String::new();
        };
        // `rv32i2p1_m2p0_...`: each extension with its version.
        let mut allowed = vec!["rv32i", "m", "c", "zicsr", "zifencei", "zmmul", "zca"];
        if core.has_atomics() {
            allowed.extend(["a", "zaamo", "zalrsc"]);
        }
        if core.has_float() {
            allowed.extend(["f", "zcf"]);
        }
        for extension in stated.split('_') {
            let end = extension.rfind('p').unwrap_or(extension.len());
            let name = extension[..end].trim_end_matches(|c: char| c.is_ascii_digit());
            if !allowed.contains(&name) {
                problems.push(format!("the core has no extension `{name}` of `{stated}`"));
            }
        }
        stated
    }

    /// Arm: what the image states, and as the linker takes that from its first object alone, what
    /// its code holds.
    fn check_arm(&self, core: Core, problems: &mut Vec<String>) -> String {
        if self.header.e_machine(LE) != elf::EM_ARM {
            problems.push("the instruction set is not Arm's".to_owned());
        }
        let level = Level::of(core);
        let (allowed, name): (&[u8], _) = match level {
            Level::V6 => (&[11, 12], "ARMv6-M"),
            Level::V7 => (&[10, 11, 12], "ARMv7-M"),
            Level::V7E => (&[10, 11, 12, 13], "ARMv7E-M"),
            // The compiler states no more than this for a Cortex-M55, either.
            Level::V8 => (&[10, 11, 12, 13, 16, 17], "ARMv8-M Mainline"),
        };
        match self.attribute(".ARM.attributes", b"aeabi\0", 6) {
            None => problems.push("the image does not state its architecture".to_owned()),
            Some((_, value)) if !allowed.contains(&value) => problems.push(format!(
                "the image states architecture {value}, above the core's {name}"
            )),
            Some(_) => {}
        }
        let hard = self.header.e_flags(LE).0 & elf::EF_ARM_ABI_FLOAT_HARD != 0;
        let unit = self
            .attribute(".ARM.attributes", b"aeabi\0", 10)
            .map_or(0, |(_, value)| value);
        let has_unit = core.has_float();
        if !has_unit && (hard || unit != 0) {
            problems
                .push("the image needs floating point, which the core does not have".to_owned());
        }
        if has_unit && !hard {
            problems.push("the image does not use the core's floating point".to_owned());
        }
        match self.instructions() {
            Err(error) => problems.push(error),
            Ok(instructions) => {
                let beyond = instructions.iter().find(|(_, code)| is_beyond(core, *code));
                if let Some((address, (first, second))) = beyond {
                    problems.push(format!(
                        "the instruction {first:04x} {second:04x} at {address:#010x} is above the core's {name}"
                    ));
                }
            }
        }
        name.to_owned()
    }

    /// Every instruction.
    fn instructions(&self) -> Result<Vec<Instruction>, String> {
        let symbols = self
            .sections
            .symbols(LE, self.bytes, elf::SHT_SYMTAB)
            .map_err(|error| error.to_string())?;
        // `$t` starts code, `$d` data: else constants between functions would be taken for code.
        let mut marks: Vec<(u16, u32, bool)> = symbols
            .iter()
            .filter_map(|symbol| {
                let name = symbol.name(LE, symbols.strings()).ok()?;
                let code = name == b"$t" || name.starts_with(b"$t.");
                let data = name == b"$d" || name.starts_with(b"$d.");
                (code || data).then(|| (symbol.st_shndx(LE).0, symbol.st_value(LE), code))
            })
            .collect();
        marks.sort_unstable();
        let mut found = Vec::new();
        for (index, section) in self.sections.enumerate() {
            let executable = section.sh_flags(LE).0 & elf::SHF_EXECINSTR.0 != 0;
            if !is_loaded(section) || !executable {
                continue;
            }
            let data = section.data(LE, self.bytes).unwrap_or_default();
            let (start, end) = (
                section.sh_addr(LE),
                section.sh_addr(LE) + section.sh_size(LE),
            );
            let here: Vec<(u32, bool)> = marks
                .iter()
                .filter(|mark| usize::from(mark.0) == index.0)
                .map(|mark| (mark.1, mark.2))
                .collect();
            for (place, &(from, code)) in here.iter().enumerate() {
                let to = here.get(place + 1).map_or(end, |next| next.0);
                if code && from >= start && to <= end {
                    let bytes = &data[(from - start) as usize..(to - start) as usize];
                    decode(from, bytes, &mut found);
                }
            }
        }
        if found.is_empty() {
            return Err("no code was found: the symbols that mark it are missing".to_owned());
        }
        Ok(found)
    }

    /// A build attribute of the whole file: where its value is, and the value.
    fn attribute(&self, section: &str, vendor: &[u8], wanted: u8) -> Option<(usize, u8)> {
        let (_, section) = self.section(section)?;
        let (start, length) = section.file_range(LE)?;
        let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
        let data = self.bytes.get(start..start + length)?;
        // Format `A`; then a length, the vendor, and for the file (tag 1) a length again.
        let head = 5 + vendor.len() + 5;
        if data.first() != Some(&b'A') || data.get(5..5 + vendor.len())? != vendor {
            return None;
        }
        let mut at = head;
        while at < data.len() {
            let tag = data[at];
            at += 1;
            if tag == wanted {
                return Some((start + at, *data.get(at)?));
            }
            // Texts end in a zero, numbers in a byte below 128.
            let arm_text =
                vendor == b"aeabi\0" && (matches!(tag, 4 | 5) || (tag > 32 && tag % 2 == 1));
            let riscv_text = vendor == b"riscv\0" && tag % 2 == 1;
            let is_last = |byte: &u8| {
                if arm_text || riscv_text {
                    *byte == 0
                } else {
                    *byte < 128
                }
            };
            at += data[at..].iter().position(is_last)? + 1;
        }
        None
    }
}

fn is_loaded(section: &SectionHeader32<Endian>) -> bool {
    section.sh_flags(LE).0 & elf::SHF_ALLOC.0 != 0 && section.sh_size(LE) > 0
}

fn word_at(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// The checksum of the RP2040's boot ROM: most significant bit first, nothing inverted at the end.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            let carry = sum >> 31;
            (sum << 1) ^ (carry * 0x04C1_1DB7)
        })
    })
}

fn decode(mut address: u32, bytes: &[u8], found: &mut Vec<Instruction>) {
    let mut halves = bytes
        .chunks_exact(2)
        .map(|half| u16::from_le_bytes([half[0], half[1]]));
    while let Some(first) = halves.next() {
        let long = first >= 0xE800;
        let second = if long { halves.next().unwrap_or(0) } else { 0 };
        found.push((address, (first, second)));
        address += if long { 4 } else { 2 };
    }
}

/// The architecture of one of Arm's cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// ARMv6-M: Cortex-M0 and M0+.
    V6,
    /// ARMv7-M: Cortex-M3.
    V7,
    /// ARMv7E-M: Cortex-M4 and M7.
    V7E,
    /// ARMv8-M Mainline: Cortex-M33 and M55.
    V8,
}

impl Level {
    const fn of(core: Core) -> Self {
        match core {
            Core::CortexM0 | Core::CortexM0Plus => Self::V6,
            Core::CortexM3 => Self::V7,
            Core::CortexM4 | Core::CortexM4F | Core::CortexM7F | Core::CortexM7D => Self::V7E,
            _ => Self::V8,
        }
    }
}

/// Whether an instruction is one that this core does not have.
fn is_beyond(core: Core, (first, second): (u16, u16)) -> bool {
    let long = first >= 0xE800;
    let level = Level::of(core);
    if level == Level::V6 {
        if !long {
            let if_then = first & 0xFF00 == 0xBF00 && first & 0xF != 0;
            let compare_and_branch = first & 0xF500 == 0xB100;
            return if_then || compare_and_branch;
        }
        let call = first & 0xF800 == 0xF000 && second & 0xD000 == 0xD000;
        let to_special = first & 0xFFF0 == 0xF380 && second & 0xFF00 == 0x8800;
        let from_special = first == 0xF3EF && second & 0xF000 == 0x8000;
        let barrier = first == 0xF3BF && second & 0xFFC0 == 0x8F40;
        let undefined = first & 0xFFF0 == 0xF7F0 && second & 0xF000 == 0xA000;
        return !(call || to_special || from_special || barrier || undefined);
    }
    // Floating point lies in the space of coprocessors 10 and 11, of which the latter is double
    // precision: few cores have that.
    let coprocessor = first & 0xEC00 == 0xEC00 && second >> 8 & 0xE == 0xA;
    if coprocessor && !core.has_float() {
        return true;
    }
    let arithmetic = first & 0xFF00 == 0xEE00 && second & 0x0F10 == 0x0B00;
    let newer_arithmetic = first & 0xFF00 == 0xFE00 && second & 0x0F00 == 0x0B00;
    let has_double = matches!(core, Core::CortexM7D | Core::CortexM55);
    if (arithmetic || newer_arithmetic) && !has_double {
        return true;
    }
    if level == Level::V8 {
        return false;
    }
    // What ARMv7E-M adds to ARMv7-M: arithmetic on halves and bytes, and saturating.
    let parallel = first & 0xFF80 == 0xFA80 && second & 0xF080 == 0xF000;
    if level == Level::V7 && parallel {
        return true;
    }
    let acquire_release = first & 0xFFE0 == 0xE8C0 && second & 0x80 != 0;
    let secure_gateway = first == 0xE97F && second == 0xE97F;
    let to_non_secure = first & 0xFF07 == 0x4704;
    // The Cortex-M7 has those of ARMv8: `vsel`, `vmaxnm`, `vrinta`.
    let newer_floating_point = first & 0xFF00 == 0xFE00
        && coprocessor
        && !matches!(core, Core::CortexM7F | Core::CortexM7D);
    acquire_release || secure_gateway || to_non_secure || newer_floating_point
}

/// Copies of a sound image, each broken in one way.
struct Breaker<'a> {
    image: Image<'a>,
    copies: Vec<Corruption>,
}

/// What was done, what the check has to say of it, and the copy.
type Corruption = (&'static str, &'static str, Vec<u8>);

fn corruptions(bytes: &[u8], chip: &Chip, memory: &Share) -> Result<Vec<Corruption>, String> {
    let flash = memory.flash;
    let mut breaker = Breaker {
        image: Image::parse(bytes)?,
        copies: Vec::new(),
    };
    let done = match chip.core {
        core if !core.is_arm() => breaker
            .break_memory(memory)
            .and_then(|()| breaker.break_riscv(memory.ram)),
        core => breaker
            .break_memory(memory)
            .and_then(|()| breaker.break_vectors(chip, memory))
            .and_then(|()| breaker.break_arm(core))
            .and_then(|()| breaker.break_boot(chip.boot, flash)),
    };
    done.ok_or_else(|| "the image lacks what was to be broken".to_owned())?;
    Ok(breaker.copies)
}

impl Breaker<'_> {
    fn change(&mut self, way: &'static str, expected: &'static str, at: usize, new: &[u8]) {
        let mut copy = self.image.bytes.to_vec();
        copy[at..at + new.len()].copy_from_slice(new);
        self.copies.push((way, expected, copy));
    }

    fn break_memory(&mut self, memory: &Share) -> Option<()> {
        let image = &self.image;
        let flash = memory.flash;
        // Where a program is loaded into RAM, its variables may lie behind its code.
        let behind = match memory.ram {
            ram if ram.holds(flash.end(), 1) => ram.end().to_le_bytes(),
            _ => flash.end().to_le_bytes(),
        };
        // In a section's header the address is the fourth word, in a segment's the physical one.
        let (text, _) = image.section(".text")?;
        let section = image.header.e_shoff(LE) as usize
            + text.0 * usize::from(image.header.e_shentsize(LE))
            + 12;
        let place = image.segments.iter().position(|segment| {
            segment.p_type(LE) == elf::PT_LOAD && flash.holds(segment.p_paddr(LE), 1)
        })?;
        let segment = image.header.e_phoff(LE) as usize
            + place * usize::from(image.header.e_phentsize(LE))
            + 12;
        self.change(
            "a section moved out of flash",
            "section `.text`",
            section,
            &behind,
        );
        self.change(
            "a segment moved out of flash",
            "to be flashed",
            segment,
            &behind,
        );
        Some(())
    }

    fn break_riscv(&mut self, ram: Region) -> Option<()> {
        let image = &self.image;
        let (stated, _) = image.attribute(".riscv.attributes", b"riscv\0", 5)?;
        let multiply = image.bytes[stated..]
            .windows(2)
            .position(|pair| pair == b"_m")?;
        let (_, description) = image.section(".flash.appdesc")?;
        let description = description.sh_offset(LE) as usize;
        let stack = symbol_offset(image, "_stack_start")? + 4;
        let lower = (ram.end() - 4096).to_le_bytes();
        let outside = ram.end().to_le_bytes();
        self.change(
            "quadruple precision stated",
            "no extension `q`",
            stated + multiply + 1,
            b"q",
        );
        self.change("no app descriptor", "no app descriptor", description, &[0]);
        self.change("an entry outside of code", "leads to no code", 24, &outside);
        self.change(
            "a stack that starts inside RAM",
            "the stack starts",
            stack,
            &lower,
        );
        Some(())
    }

    fn break_vectors(&mut self, chip: &Chip, memory: &Share) -> Option<()> {
        let (flash, ram) = (memory.flash, memory.ram);
        let table = match chip.boot {
            Boot::SecondStage => flash.origin + 0x100,
            _ => flash.origin,
        };
        let vectors = self.image.offset(table, 8)?;
        let higher = (ram.end() + 4096).to_le_bytes();
        let lower = (ram.end() - 4096).to_le_bytes();
        let even = self.image.bytes[vectors + 4] & !1;
        self.change(
            "a stack that starts above RAM",
            "the stack starts",
            vectors,
            &higher,
        );
        self.change(
            "a stack that starts inside RAM",
            "the stack starts",
            vectors,
            &lower,
        );
        self.change(
            "a reset vector without the thumb bit",
            "thumb bit",
            vectors + 4,
            &[even],
        );
        self.change(
            "a reset vector into RAM",
            "leads to no code",
            vectors + 7,
            &[0x20],
        );
        Some(())
    }

    fn break_arm(&mut self, core: Core) -> Option<()> {
        let image = &self.image;
        let (architecture, _) = image.attribute(".ARM.attributes", b"aeabi\0", 6)?;
        let other = image.header.e_flags(LE).0 ^ elf::EF_ARM_ABI_FLOAT_HARD;
        let start = image.offset(image.header.e_entry(LE) & !1, 4)?;
        let beyond: Option<[u8; 4]> = match (Level::of(core), core) {
            (Level::V6, _) => Some([0xB0, 0xFB, 0xF0, 0xF0]), // udiv, ARMv7-M
            (Level::V7 | Level::V7E, _) => Some([0xD0, 0xE8, 0xAF, 0x0F]), // lda, ARMv8-M
            (Level::V8, Core::CortexM55) => None,             // has all that are looked for
            (Level::V8, _) => Some([0x30, 0xEE, 0x00, 0x0B]), // vadd.f64, double precision
        };
        self.change(
            "ARMv8.1-M stated",
            "states architecture",
            architecture,
            &[21],
        );
        self.change(
            "the other float convention",
            "floating point",
            36,
            &other.to_le_bytes(),
        );
        if let Some(beyond) = beyond {
            self.change(
                "an instruction above the core's",
                "is above the core's",
                start,
                &beyond,
            );
        }
        Some(())
    }

    fn break_boot(&mut self, boot: Boot, flash: Region) -> Option<()> {
        let bytes = self.image.bytes;
        match boot {
            Boot::SecondStage => {
                let at = self.image.offset(flash.origin, 256)? + 8;
                self.change(
                    "a second boot stage with a wrong bit",
                    "checksum",
                    at,
                    &[bytes[at] ^ 1],
                );
            }
            Boot::ImageDefinition => {
                let marker = BLOCK.0.to_le_bytes();
                let at = bytes.windows(4).position(|window| window == marker)?;
                let riscv = bytes[at + 7] | 1;
                self.change("no image definition", "no image definition", at, &[0]);
                self.change(
                    "a definition for the RISC-V cores",
                    "Arm cores",
                    at + 7,
                    &[riscv],
                );
            }
            Boot::Vectors | Boot::AppDescriptor | Boot::FlashTable => {}
        }
        Some(())
    }
}

/// Where in the file a symbol's entry is.
fn symbol_offset(image: &Image<'_>, wanted: &str) -> Option<usize> {
    let symbols = image
        .sections
        .symbols(LE, image.bytes, elf::SHT_SYMTAB)
        .ok()?;
    let place = symbols
        .iter()
        .position(|symbol| symbol.name(LE, symbols.strings()) == Ok(wanted.as_bytes()))?;
    let (_, table) = image.section(".symtab")?;
    Some(table.sh_offset(LE) as usize + place * 16)
}
