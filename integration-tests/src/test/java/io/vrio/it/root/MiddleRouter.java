// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The router between {@link Hosts#routed}, as a firewall or NAT: what an operator writes into
 * nftables, in one table.
 */
final class MiddleRouter {
    private static final String TABLE = " inet wall ";
    private static final Pattern INVALID =
            Pattern.compile("ct state invalid counter packets (\\d+) ");
    private static final Pattern ESTABLISHED =
            Pattern.compile("tcp +6 (\\d+) ESTABLISHED .*dport=8746 ");

    private final Hosts hosts;
    private final Namespace router;

    MiddleRouter(Hosts hosts) {
        this.hosts = hosts;
        router = hosts.middle();
        nft("add table" + TABLE);
    }

    /**
     * Follows connections as strictly as Linux can, and lets through nothing but what the server
     * opens to the IOhyp's port.
     */
    MiddleRouter withStrictFirewall() {
        set("nf_conntrack_tcp_be_liberal", 0);
        set("nf_conntrack_tcp_loose", 0);
        set("nf_conntrack_checksum", 1);
        chain("forward", "filter", "forward", 0);
        rule("forward", "ct state invalid counter drop");
        rule("forward", "ct state established accept");
        rule("forward", "ct state new tcp dport 8746 tcp flags & (syn|ack) == syn accept");
        rule("forward", "drop");
        return this;
    }

    /** As Linux does unless told otherwise: a connection may be met in its middle. */
    MiddleRouter withLooseFirewall() {
        set("nf_conntrack_tcp_be_liberal", 0);
        set("nf_conntrack_tcp_loose", 1);
        chain("forward", "filter", "forward", 0);
        rule("forward", "ct state invalid counter drop");
        rule("forward", "ct state established accept");
        rule("forward", "tcp dport 8746 accept");
        rule("forward", "drop");
        return this;
    }

    /** Loses frames towards either host, before the firewall has seen them and after. */
    MiddleRouter withLoss(int ofThousand) {
        String some = "meta l4proto tcp numgen random mod 1000 < " + ofThousand + " drop";
        chain("before", "filter", "prerouting", -300);
        rule("before", some);
        chain("after", "filter", "postrouting", 300);
        rule("after", some);
        return this;
    }

    /** Has some frames overtaken by others, before the firewall sees them and after. */
    MiddleRouter withOvertaking() {
        overtake(hosts.vmHost(), Hosts.INTERFACE);
        overtake(hosts.ioHost(), Hosts.INTERFACE);
        overtake(router, Hosts.TO_VM_HOST);
        overtake(router, Hosts.TO_IO_HOST);
        return this;
    }

    /** Some frames take a slower lane. */
    private static void overtake(Namespace host, String name) {
        String add = "tc class add dev " + name + " parent 1: classid ";
        run(host, "tc qdisc add dev " + name + " root handle 1: htb default 1");
        run(host, add + "1:1 htb rate 5gbit");
        run(host, add + "1:2 htb rate 100mbit burst 4k cburst 4k");
        host.run("nft", "add table netdev lanes");
        String hook = " { type filter hook egress device " + name + " priority 0 ; }";
        host.run("nft", "add chain netdev lanes " + name + hook);
        String some = " meta l4proto tcp numgen random mod 100 < 3 meta priority set 1:2";
        host.run("nft", "add rule netdev lanes " + name + some);
    }

    private static void run(Namespace host, String command) {
        host.run(command.split(" "));
    }

    /** Servers are seen as ports of the router, from this one on. */
    void hideServers(int firstPort) {
        chain("hide", "nat", "postrouting", 100);
        String ports = firstPort + "-" + (firstPort + 9);
        rule("hide", "oifname " + Hosts.TO_IO_HOST + " meta l4proto tcp masquerade to :" + ports);
    }

    void chain(String name, String type, String hook, int priority) {
        String what = " { type " + type + " hook " + hook + " priority " + priority + " ; }";
        nft("add chain" + TABLE + name + what);
    }

    void rule(String chain, String rule) {
        nft("add rule" + TABLE + chain + " " + rule);
    }

    void deleteChain(String name) {
        nft("flush chain" + TABLE + name);
        nft("delete chain" + TABLE + name);
    }

    private void nft(String command) {
        router.run("nft", command);
    }

    /** A setting of connection tracking. */
    void set(String name, int value) {
        router.run("sysctl", "-qw", "net.netfilter." + name + "=" + value);
    }

    /** A setting of one of its interfaces. */
    void setLink(String name, String property, String value) {
        router.run("ip", "link", "set", name, property, value);
    }

    /** Everything that it knows of connections is lost. */
    void forget() {
        router.run("conntrack", "-F");
    }

    /** After how many seconds it forgets the connection to the IOhyp, if no more of it comes. */
    int secondsLeft() {
        String all = router.run("conntrack", "-L");
        Matcher matcher = ESTABLISHED.matcher(all);
        if (!matcher.find()) {
            throw new IllegalStateException(all);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** Frames that the firewall has found invalid. */
    long invalid() {
        Matcher matcher = INVALID.matcher(rules());
        if (!matcher.find()) {
            throw new IllegalStateException(rules());
        }
        return Long.parseLong(matcher.group(1));
    }

    String rules() {
        return router.run("nft", "list", "ruleset");
    }
}
