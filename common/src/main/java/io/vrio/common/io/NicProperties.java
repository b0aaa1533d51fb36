// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/**
 * What a network card is, as its users see it.
 *
 * @param mac its address, 48 bits as on the wire; 0 while nobody has said or shown which it is
 * @param mtu bytes behind the Ethernet header, 68 to 65535 (virtio 1.2, 5.1.4.1)
 * @param isLinkUp whether frames are carried
 * @param broadcastDomain what it shares with the other cards of an equal non-empty value: frames
 *     between two of them on one VM host need not cross the wire. Empty for none
 */
public record NicProperties(long mac, int mtu, boolean isLinkUp, String broadcastDomain) {
    public static final int MTU_MIN = 68;
    public static final int MTU_MAX = 65_535;
    public static final int MTU_DEFAULT = 1500;

    /** Limit: characters of a broadcast domain's name. */
    public static final int BROADCAST_DOMAIN_MAX = 64;

    /** One that has not been reached yet. */
    public static final NicProperties UNKNOWN = new NicProperties(0, MTU_DEFAULT, false, "");

    public NicProperties withLink(boolean isUp) {
        return new NicProperties(mac, mtu, isUp, broadcastDomain);
    }

    public NicProperties withMac(long newMac) {
        return new NicProperties(newMac, mtu, isLinkUp, broadcastDomain);
    }
}
