use super::{
    Bank, Bluetooth, Boot, Chip, Class, Core, FAMILIES, KIB, Unresolved, Usb, all, family, find,
    offered, resolve,
};

fn chip(name: &str) -> &'static Chip {
    find(name).unwrap_or_else(|| panic!("no `{name}`"))
}

fn count(holds: impl Fn(&Chip) -> bool) -> usize {
    all().iter().filter(|chip| holds(chip)).count()
}

fn features(family: &str) -> usize {
    let mut features: Vec<&str> = all()
        .iter()
        .filter(|chip| chip.family == family)
        .map(|chip| chip.feature)
        .collect();
    features.dedup();
    features.len()
}

/// The catalogue may add 150 KB to the program: this text, and 10 KB for all other rows.
#[test]
fn the_catalogue_stays_small() {
    let text = include_str!("../chips.tsv");
    assert!(text.len() < 140_000, "{} bytes", text.len());
}

#[test]
fn names_are_unique_and_families_known() {
    for pair in all().windows(2) {
        assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
    }
    for chip in all() {
        assert!(std::ptr::eq(find(chip.name).expect("known"), chip));
        assert!(family(chip.family).is_some(), "{}", chip.name);
        assert!(!chip.vendor().is_empty());
    }
    for row in FAMILIES {
        assert!(std::ptr::eq(family(row.id).expect("known"), row));
        assert!(features(row.id) > 0, "no chip is of family `{}`", row.id);
    }
}

#[test]
fn every_feature_has_a_row() {
    assert_eq!(features("stm32"), 1525);
    assert_eq!(features("nrf"), 26);
    assert_eq!(features("rp"), 3);
    assert_eq!(features("esp"), 8);
    assert_eq!(features("py32"), 4);
    assert_eq!(features("sifli"), 1);
    assert_eq!(count(|chip| chip.class.is_dual_core()), 60);
    assert_eq!(count(|chip| chip.class == Class::NoFlash), 24);
    assert_eq!(count(|chip| chip.banks.is_some()), 194);
    let unnamed = |chip: &Chip| chip.family == "stm32" && chip.probe_name.is_none();
    assert_eq!(count(unnamed), 6);
}

#[test]
fn consoles_are_ports_and_pins_of_their_chips() {
    for chip in all() {
        let Some(console) = chip.console else {
            continue;
        };
        let name = chip.name;
        assert!(chip.uart(console.uart).is_some(), "{name}");
        assert!(
            chip.has_pin(console.tx) && chip.has_pin(console.rx),
            "{name}"
        );
        assert!(console.tx != console.rx, "{name}");
        assert!(!["PA13", "PA14"].contains(&console.tx), "{name}");
        assert!(!["PA13", "PA14"].contains(&console.rx), "{name}");
    }
    assert_eq!(
        count(|chip| chip.family == "stm32" && chip.console.is_none()),
        0
    );
    let console = chip("stm32f446re").console.expect("a console");
    assert_eq!(
        (console.uart, console.tx, console.rx),
        ("USART2", "PA2", "PA3")
    );
    assert!(chip("nrf51_xxaa").console.is_none());
}

#[test]
fn serial_ports_may_share_an_interrupt() {
    let uart = chip("stm32f446re").uart("USART2").expect("a port");
    assert_eq!((uart.address, uart.interrupt), (0x4000_4400, "USART2"));
    let uart = chip("stm32g0b1re").uart("USART2").expect("a port");
    assert_eq!(uart.interrupt, "USART2_LPUART2");
    let uart = chip("rp2040").uart("UART0").expect("a port");
    assert_eq!(uart.interrupt, "UART0_IRQ");
}

/// The 1525 of stm32-metapac 21.0 have 446 different `pac.rs`, six of which two cores share.
#[test]
fn chips_with_the_same_registers_have_a_number_in_common() {
    let mut pacs: Vec<(u16, &str)> = all().iter().map(|chip| (chip.pac, chip.series)).collect();
    pacs.sort_unstable();
    pacs.dedup();
    for (number, (pac, _)) in pacs.iter().enumerate() {
        assert_eq!(
            usize::from(*pac),
            number,
            "a number is missing or used twice"
        );
    }
    let stm32 = pacs
        .iter()
        .filter(|(_, series)| series.starts_with("stm32"));
    assert_eq!(stm32.count(), 452);
    assert_eq!(chip("stm32g474re").pac, chip("stm32g474rc").pac);
    assert_ne!(chip("stm32h755zi-cm7").pac, chip("stm32h755zi-cm4").pac);
}

#[test]
fn targets_are_those_that_were_linked() {
    let stm32 = |target| count(|chip| chip.family == "stm32" && chip.target() == target);
    assert_eq!(stm32("thumbv7em-none-eabihf"), 713);
    assert_eq!(stm32("thumbv6m-none-eabi"), 367);
    assert_eq!(stm32("thumbv7m-none-eabi"), 220);
    assert_eq!(stm32("thumbv8m.main-none-eabihf"), 209);
    assert_eq!(stm32("thumbv7em-none-eabi"), 16);
}

/// The table of research that was checked by linking a program for each.
#[test]
fn memory_and_timers_are_those_that_were_linked() {
    let rows = [
        ("stm32f103c8", 64, 0x2000_0000, 20, "TIM4"),
        ("stm32g031k8", 64, 0x2000_0000, 8, "TIM3"),
        ("stm32f411ce", 512, 0x2000_0000, 128, "TIM9"),
        ("stm32f407vg", 1024, 0x2000_0000, 128, "TIM12"),
        ("stm32h743zi", 2048, 0x2400_0000, 512, "TIM12"),
        ("stm32g474re", 512, 0x2000_0000, 128, "TIM15"),
        ("stm32u575zi", 2048, 0x2000_0000, 768, "TIM15"),
        ("stm32u083rc", 256, 0x2000_0000, 40, "TIM15"),
        ("stm32wl55jc-cm0p", 256, 0x2000_0000, 64, "TIM2"),
        ("stm32wb55rg", 1024, 0x2000_0000, 192, "TIM2"),
    ];
    for (name, flash, ram_origin, ram, timer) in rows {
        let chip = chip(name);
        assert_eq!(chip.flash.origin, 0x0800_0000, "{name}");
        assert_eq!(chip.flash.length, flash * KIB, "{name}");
        assert_eq!(chip.ram.origin, ram_origin, "{name}");
        assert_eq!(chip.ram.length, ram * KIB, "{name}");
        assert_eq!(chip.timer, timer, "{name}");
    }
}

#[test]
fn memory_ends_below_the_end_of_the_address_space() {
    for chip in all() {
        for region in [chip.flash, chip.ram] {
            let end = region.origin.checked_add(region.length);
            assert!(region.length > 0 && end.is_some(), "{}", chip.name);
        }
        let erasable = chip.page > 0 && chip.flash.length.is_multiple_of(chip.page);
        let large = chip.flash.length < chip.page;
        let without = chip.class == Class::NoFlash;
        assert!(erasable || large || without, "{}", chip.name);
        assert!(chip.pins().count() > 0, "{}", chip.name);
        assert!(chip.pins().all(|pin| chip.has_pin(&pin)), "{}", chip.name);
    }
}

#[test]
fn banks_prefer_the_larger_piece() {
    let banks = chip("stm32g474re").banks.expect("banks");
    assert_eq!(
        (banks.single.length, banks.dual.length),
        (512 * KIB, 512 * KIB)
    );
    assert_eq!(banks.preferred, Bank::Dual);
    assert!(banks.why().contains("as large either way"));
    let chip = chip("stm32g474rc");
    let banks = chip.banks.expect("banks");
    assert_eq!(
        (banks.single.length, banks.dual.length),
        (256 * KIB, 128 * KIB)
    );
    assert_eq!((banks.preferred, banks.factory), (Bank::Single, Bank::Dual));
    assert_eq!(chip.flash, banks.single);
    assert!(banks.why().contains("set the option byte"));
    let halved = count(|chip| chip.banks.is_some_and(|b| b.single.length > b.dual.length));
    assert_eq!(halved, 29);
}

#[test]
fn interrupts_of_pins_are_the_chips_own() {
    let cases = [
        ("stm32f411re", "PC13", "EXTI15_10"),
        ("stm32g071rb", "PC13", "EXTI4_15"),
        ("stm32h563zi", "PC13", "EXTI13"),
        ("stm32f303vc", "PA0", "EXTI0"),
        ("stm32f303vc", "PA2", "EXTI2_TSC"),
        ("stm32l073rz", "PC13", "EXTI4_15"),
        ("stm32wl55jc-cm4", "PA0", "EXTI0"),
    ];
    for (name, pin, interrupt) in cases {
        let line = format!("EXTI{}", &pin[2..]);
        assert_eq!(chip(name).exti(pin), Some((interrupt, &*line)), "{name}");
    }
    assert_eq!(chip("stm32f103c8").exti("PF0"), None);
    assert_eq!(chip("nrf52840").exti("P0_11"), None);
}

#[test]
fn pins_are_the_packages_own() {
    assert!(chip("stm32f411ce").has_pin("PC13"));
    assert!(!chip("stm32f411ce").has_pin("PC0"));
    assert!(!chip("stm32f411ce").has_pin("PC013"));
    assert!(chip("nrf52840").has_pin("P1_15"));
    assert!(!chip("nrf52840").has_pin("P1_16"));
    assert!(!chip("nrf52832_xxaa").has_pin("P1_00"));
    assert!(chip("nrf52833").has_pin("P0_05"));
    assert!(!chip("nrf52833").has_pin("P0_5"));
    assert!(chip("rp2040").has_pin("PIN_29"));
    assert!(!chip("rp235xa").has_pin("PIN_30"));
    assert!(chip("rp235xb").has_pin("PIN_47"));
    assert!(chip("esp32c6").has_pin("GPIO15"));
    assert!(!chip("esp32c6").has_pin("GPIO31"));
}

#[test]
fn what_kinds_ask_of_a_chip() {
    let usb = |name| (chip(name).usb, chip(name).usb_interrupt);
    assert_eq!(usb("stm32f103c8"), (Usb::Device, "USB_LP_CAN1_RX0"));
    assert_eq!(usb("stm32f411ce"), (Usb::OtgFs, "OTG_FS"));
    assert_eq!(usb("stm32g031k8"), (Usb::None, ""));
    assert_eq!(usb("nrf52840"), (Usb::Usbd, "USBD"));
    assert_eq!(usb("rp2040"), (Usb::Rp, "USBCTRL_IRQ"));
    assert!(chip("stm32g474re").hsi48 && !chip("stm32f103c8").hsi48);
    assert!(chip("stm32l476rg").low_power && !chip("stm32f103c8").low_power);
    assert!(chip("stm32wb55rg").low_power && !chip("stm32wb35cc").low_power);
    assert!(chip("stm32wba55cg").sai && !chip("stm32wba52cg").sai);
    let bluetooth = |names: &[&str], expected| {
        for name in names {
            assert_eq!(chip(name).bluetooth, expected, "{name}");
        }
    };
    bluetooth(
        &[
            "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32c61", "esp32h2",
        ],
        Bluetooth::Ready,
    );
    bluetooth(
        &["nrf52840", "nrf54l15-app-s", "nrf5340-net"],
        Bluetooth::Libclang,
    );
    bluetooth(
        &[
            "esp32p4",
            "esp32s31",
            "nrf5340-app-s",
            "nrf9160-s",
            "stm32f411ce",
            "rp2040",
        ],
        Bluetooth::None,
    );
    assert_eq!(chip("stm32h743zi").eth, "eth_v2");
    assert_eq!(chip("stm32f411ce").eth, "");
    assert_eq!(chip("stm32h743zi").page, 128 * KIB);
    assert_eq!((chip("nrf52840").page, chip("nrf52840").write), (4096, 4));
    assert_eq!(chip("rp2040").boot, Boot::SecondStage);
    assert_eq!(chip("nrf52810").core, Core::CortexM4);
    assert_eq!(chip("nrf5340-net").core, Core::CortexM33);
    assert_eq!(chip("nrf5340-app-ns").class, Class::NonSecure);
}

#[test]
fn a_title_is_one_line() {
    assert_eq!(
        chip("stm32g474re").title(),
        "STM32G474RE · Cortex-M4F · 512K flash, 128K RAM"
    );
    assert_eq!(
        chip("esp32c6").title(),
        "ESP32-C6 · RISC-V (RV32IMAC) · flash on the board, 441K RAM"
    );
    assert_eq!(chip("rp235xa").marketing_name(), "RP2350A");
    assert_eq!(chip("nrf52840").marketing_name(), "nRF52840");
}

#[test]
fn every_chip_resolves_to_itself() {
    for chip in offered() {
        assert_eq!(resolve(chip.name).map(|found| found.name), Ok(chip.name));
        let shouted = chip.name.to_uppercase();
        assert_eq!(resolve(&shouted).map(|found| found.name), Ok(chip.name));
    }
    for chip in offered().filter(|chip| chip.class == Class::Plain) {
        let probe_name = chip.probe_name.unwrap_or(chip.name);
        match resolve(probe_name) {
            Ok(found) => assert_eq!(found.name, chip.name, "{probe_name}"),
            Err(Unresolved::Ambiguous(names)) => assert!(names.contains(&chip.name)),
            Err(error) => panic!("{probe_name}: {error:?}"),
        }
    }
}

#[test]
fn names_as_people_type_them() {
    let cases = [
        ("STM32H563ZITx", "stm32h563zi"),
        ("STM32H563ZIT6", "stm32h563zi"),
        ("stm32h563zi", "stm32h563zi"),
        ("STM32F103C8T6", "stm32f103c8"),
        ("STM32F411CEU6TR", "stm32f411ce"),
        ("STM32U575ZIT6Q", "stm32u575zi"),
        ("STM32L151CBT6", "stm32l151cb"),
        ("STM32L151CBT6A", "stm32l151cb-a"),
        ("STM32L151VDT6", "stm32l151vd"),
        ("STM32L151VDTxX", "stm32l151vd-x"),
        ("stm32l151cba", "stm32l151cb-a"),
        ("stm32h755zi_cm7", "stm32h755zi-cm7"),
        ("nRF52840_xxAA", "nrf52840"),
        ("nRF52840-QIAA", "nrf52840"),
        ("nRF52832_xxAA", "nrf52832_xxaa"),
        ("nRF52832-QFAB", "nrf52832_xxab"),
        ("nRF51822_xxAC", "nrf51_xxac"),
        ("nRF54LM20A", "nrf54lm20-app-s"),
        ("ESP32-C6", "esp32c6"),
        ("ESP32-C61", "esp32c61"),
        ("ESP32-C3FH4", "esp32c3"),
        ("ESP32-C6-WROOM-1-N8", "esp32c6"),
        ("ESP32-S31", "esp32s31"),
        ("PY32F030K28T6", "py32f030k28"),
        ("SF32LB520U36", "sf32lb52x"),
        ("RP2040", "rp2040"),
        // The name that ends in `-ns` is refused.
        ("nRF9160_xxAA", "nrf9160-s"),
        ("RP2350A", "rp235xa"),
        ("RP2350B", "rp235xb"),
    ];
    for (typed, name) in cases {
        assert_eq!(resolve(typed).map(|chip| chip.name), Ok(name), "{typed}");
    }
}

#[test]
fn names_that_mean_several_chips_list_them() {
    let cases: [(&str, &[&str]); 6] = [
        ("RP2350", &["rp235xa", "rp235xb"]),
        ("nrf52832", &["nrf52832_xxaa", "nrf52832_xxab"]),
        ("nrf51", &["nrf51_xxaa", "nrf51_xxab", "nrf51_xxac"]),
        ("STM32H755ZIT6", &["stm32h755zi-cm4", "stm32h755zi-cm7"]),
        (
            "STM32F411xE",
            &["stm32f411ce", "stm32f411re", "stm32f411ve"],
        ),
        (
            "stm32g0b0",
            &["stm32g0b0ce", "stm32g0b0ke", "stm32g0b0re", "stm32g0b0ve"],
        ),
    ];
    for (typed, names) in cases {
        assert_eq!(
            resolve(typed).map(|chip| chip.name),
            Err(Unresolved::Ambiguous(names.to_vec())),
            "{typed}"
        );
    }
}

#[test]
fn chips_that_cannot_be_built_for_are_refused_with_a_reason() {
    let names = [
        "esp32",
        "ESP32-S3",
        "esp32s2",
        "ESP32-WROOM-32",
        "stm32c552ke",
        "STM32WB09KE",
        "mspm0g3507",
        "LPC55S69",
        "mcxa156",
        "ch32v203c8",
        "hpm5361",
        "ra4m1",
        "R7FA4M1AB",
        "samd21g18a",
        "ATSAMD51J19A",
        "va10820",
        "apollo3",
        "mec1723",
        "nrf54h20",
        "nrf5340-net",
        "nRF5340_net",
        "nrf9160-ns",
        "nrf54l15-app-ns",
        "stm32l011f3",
    ];
    for name in names {
        let Err(Unresolved::Refused { reason, instead }) = resolve(name) else {
            panic!("`{name}` is not refused: {:?}", resolve(name));
        };
        assert!(!reason.ends_with('.') && !instead.ends_with('.'), "{name}");
    }
}

#[test]
fn no_chip_is_refused_by_the_beginning_of_its_name() {
    for chip in all() {
        let plain = chip.name.replace(['-', '_'], "");
        assert_eq!(super::resolve::refused(&plain), None, "{}", chip.name);
    }
}

#[test]
fn the_beginning_of_names_lists_them_all() {
    let Err(Unresolved::Ambiguous(names)) = resolve("STM32G4") else {
        panic!("{:?}", resolve("STM32G4"));
    };
    assert_eq!(names.len(), count(|chip| chip.series == "stm32g4"));
}

#[test]
fn unknown_names_get_near_ones() {
    let near = |typed: &str| match resolve(typed) {
        Err(Unresolved::Unknown { near }) => near,
        other => panic!("{typed}: {other:?}"),
    };
    assert!(near("stm32f411zz").contains(&"stm32f411ce"));
    assert!(near("smt32f103c8").contains(&"stm32f103c8"));
    assert_eq!(near("h563zi"), ["stm32h563zi"]);
    assert!(near("g474").len() > 1);
    assert_eq!(near("z80"), Vec::<&str>::new());
    assert_eq!(near(""), Vec::<&str>::new());
    for typed in ["nrf51ä22", "rp2350ä", "stm32f4ä1xé", "esp32ü", "ß", "🦀"] {
        assert!(resolve(typed).is_err(), "{typed}");
    }
}
