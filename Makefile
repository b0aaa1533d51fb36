# SPDX-License-Identifier: Apache-2.0
#
# make build    compile and pack; afterwards bin/vrio works
# make check    tests that need no root, no network and no QEMU; also the formatter's check
# make format   let the formatter lay out the sources
# make clean    remove what was built

MVN := mvn -B -ntp
SOURCES := $(shell find . -path '*/target' -prune -o \( -name '*.java' -o -name pom.xml -o -path '*/src/*/resources/*' \) -type f -print)

.PHONY: build check format clean
.DEFAULT_GOAL := build

build: target/built

target/built: $(SOURCES)
	$(MVN) -q -DskipTests package
	@mkdir -p target && touch $@

check:
	$(MVN) verify

format:
	$(MVN) -q spotless:apply

clean:
	$(MVN) -q clean
