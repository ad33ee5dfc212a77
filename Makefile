# Two commands do everything: `make drill` and `make test`.
CARGO ?= cargo
# nextest when it is there, else cargo's own runner.
HAVE_NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)
SHELLS := bash zsh fish powershell elvish

.DEFAULT_GOAL := help
.PHONY: help drill test check bench completions deps build

help: ## Show this list.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

drill: deps build ## Rehearse: real stampedes on real local servers, diagnosed; and what users feel, compared.
	target/release/stampede drill classic-expiry
	target/release/stampede drill hot-key
	target/release/stampede drill classic-expiry --compare --arm-limit 100s --chart target/compare.svg

# A part of `make test`; when it fails, the next one runs all the same.
part = { echo '$(CARGO) $(1)'; $(CARGO) $(1) || failed=1; };
ifeq ($(HAVE_NEXTEST),yes)
tests = $(call part,nextest run --locked --no-fail-fast)
else
tests = $(call part,test --locked --no-fail-fast --lib --bins --test integration -- --test-threads=4 --skip drill::) \
	$(call part,test --locked --no-fail-fast --lib --test integration -- --test-threads=1 drill::)
endif

test: deps ## Run every test, on real local servers.
	@failed=0; $(tests) $(call part,test --locked --doc) exit $$failed

check: ## Formatting, lints and documentation, warnings denied.
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --no-deps --document-private-items

bench: ## Measure speed against its peers (docs/performance.md).
	@scripts/install-deps.sh bench
	$(CARGO) bench --locked --bench speed

completions: ## Write completions/ and the manual page anew.
	$(CARGO) build --locked
	for shell in $(SHELLS); do target/debug/stampede completions $$shell > completions/stampede.$$shell; done
	target/debug/stampede man > completions/stampede.1

deps:
	@scripts/install-deps.sh

build:
	$(CARGO) build --locked --release
