# SPDX-License-Identifier: Apache-2.0
#
# make build          compile and pack; afterwards bin/vrio works
# make demo           a guest uses a disk and a NIC that another machine serves (needs root)
# make demo-libvirt   the same with libvirt: define, start, attach-device, detach (needs root)
# make test           every test that this machine can run; the others say why they were skipped
# make check          the tests that need no root, no network and no QEMU, in two minutes
# make check-TAG      the tests with one tag: linux, root, container, qemu, libvirt
# make simulate       the simulation over SEEDS seeds (default 1000) from FIRST on, or the one SEED
# make plant          whether the simulation finds mistakes, planted one at a time
# make fuzz           RUNS inputs (default 1000000) of a coverage-guided fuzzer for each parser, or for TARGET
# make bench          all benchmarks; make bench-SUBJECT runs one: block, loss, crowd, seal, net, local, link,
#                     consolidation, growth, hook, start, idle, micro
# make format         lay out the sources
# make clean          remove what was built
#
# Another JDK: make check JAVA_HOME=/path/to/jdk

SEEDS ?= 1000
RUNS ?= 1000000
BENCHES := block loss crowd seal net local link consolidation growth hook start idle micro

SOURCES := $(shell find . -name target -prune -o \
    \( -name '*.java' -o -name pom.xml -o -path '*/src/*/resources/*' \) -type f -print)

.PHONY: build demo demo-libvirt test check check-container simulate plant fuzz bench format clean
.DEFAULT_GOAL := build

build: target/built

target/built: $(SOURCES)
	@tools/maven -DskipTests package
	@tools/class-archive || echo "No class data archive: vrio will start later."
	@touch $@

demo:
	@demo/run

demo-libvirt:
	@demo/libvirt

test:
	@tools/with-docker tools/test -Dvrio.tags.excluded=simulate -Dvrio.test.moduleTimeoutSeconds=3000 --fail-at-end

check:
	@tools/test --fail-at-end

check-container:
	@tools/with-docker tools/test -Dvrio.tags=container -Dvrio.tags.excluded=simulate --fail-at-end

check-%:
	@tools/test -Dvrio.tags=$* -Dvrio.tags.excluded=simulate --fail-at-end

simulate:
	@tools/test -Dvrio.tags=simulate -Dvrio.tags.excluded= -Dvrio.seeds=$(SEEDS) \
	    $(if $(FIRST),-Dvrio.seeds.first=$(FIRST)) \
	    $(if $(SEED),-Dvrio.seed=$(SEED) -Dorg.slf4j.simpleLogger.log.io.vrio.transport=info) \
	    -Dvrio.test.methodTimeout='5 h' -Dvrio.test.moduleTimeoutSeconds=18000

plant:
	@tools/plant

fuzz:
	@tools/fuzz $(RUNS) $(TARGET)

bench:
	@for subject in $(BENCHES); do bench/run $$subject || exit; done

bench-%:
	@bench/run $*

format:
	@tools/maven spotless:apply

clean:
	@tools/maven clean
	@rm -rf target
