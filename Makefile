# Each of these does its own set-up on a fresh Debian 12 or Ubuntu 24.04: git, make, curl and a Rust toolchain suffice.
.DEFAULT_GOAL := help
.PHONY: help demo test lint crash nemesis bench clean

CARGO ?= cargo

help:
	@echo "make demo    build Sohoa, digitize sample-scans, say where the PDFs are"
	@echo "make test    check style, run every test, let the judges look at every PDF"
	@echo "make lint    only the style: format, clippy, documentation"
	@echo "make crash   cut the power 1000 times, let the disk fill up or fail 100 times (CUTS=N for another number)"
	@echo "make nemesis kill, pause, cut off, fill up, restore and copy stations and hubs (SEED=N MINUTES=M; UNTIL=R rounds)"
	@echo "make bench   measure against OCRmyPDF and Tesseract (BENCH='--only memory,scale' for a part)"
	@echo "make clean   remove what was built; the tools in target/tools stay"

demo:
	packaging/setup build
	$(CARGO) build --release --package sohoa-cli
	packaging/demo target/release/sohoa

# The PDFs that the tests leave in target/judged are judged when all tests have run.
test:
	packaging/setup judges
	rm -rf target/judged
	$(MAKE) --no-print-directory lint
	$(CARGO) test --workspace
	$(CARGO) test --workspace --test judges -- --nocapture

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --workspace --test judges -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps

# A part of this runs with every `make test`.
crash:
	packaging/setup judges
	SOHOA_SCHEDULES=$(or $(CUTS),1000) $(CARGO) test --package sohoa-tests --test it power -- --nocapture

# A part of this runs with every `make test`.
nemesis:
	packaging/setup judges
	CI=$(or $(CI),1) SOHOA_NEMESIS_SEED=$(SEED) SOHOA_NEMESIS_MINUTES=$(or $(MINUTES),0) SOHOA_NEMESIS_ROUNDS=$(ROUNDS) \
	    SOHOA_NEMESIS_UNTIL=$(UNTIL) $(CARGO) test --workspace --test nemesis nothing -- --nocapture

bench:
	packaging/setup bench
	$(CARGO) build --release --package sohoa-cli --package sohoa-scale --package sohoa-desktop --package sohoa-hub
	$(CARGO) build --release --package sohoa-desktop --example frames
	python3 -B tests/bench/bench.py --sohoa target/release/sohoa $(BENCH)

clean:
	find target -mindepth 1 -maxdepth 1 ! -name tools -exec rm -rf {} +
