// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import com.github.dockerjava.api.command.CreateNetworkCmd;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.Ipam;
import com.github.dockerjava.api.model.Network.Ipam.Config;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;

/** A Docker network that containers are plugged into: a bridge, without a way out. */
final class ContainerLan implements AutoCloseable {
    /** The bridge, in the network namespace of the Docker daemon. */
    static final String BRIDGE = "vrio-test0";

    static final String IO_ADDRESS = "198.18.77.10";
    static final String VM_ADDRESS = "198.18.77.11";
    static final String SECOND_VM_ADDRESS = "198.18.77.12";

    /** Of the block for tests between networks (RFC 2544): nobody's own. */
    private static final String SUBNET = "198.18.77.0/24";

    private final Network network;

    /**
     * @param mtu the IP MTU of all interfaces
     */
    ContainerLan(int mtu) {
        network =
                Network.builder()
                        .createNetworkCmdModifier(command -> configure(command, mtu))
                        .build();
        // Made only now.
        network.getId();
    }

    private static void configure(CreateNetworkCmd command, int mtu) {
        command.withInternal(true)
                .withIpam(new Ipam().withConfig(new Config().withSubnet(SUBNET)))
                .withOptions(
                        Map.of(
                                "com.docker.network.driver.mtu",
                                Integer.toString(mtu),
                                "com.docker.network.bridge.name",
                                BRIDGE));
    }

    Network network() {
        return network;
    }

    void disconnect(String containerId) {
        DockerClientFactory.instance()
                .client()
                .disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(containerId)
                .exec();
    }

    void connect(String containerId, String address) {
        ContainerNetwork.Ipam ipam = new ContainerNetwork.Ipam().withIpv4Address(address);
        DockerClientFactory.instance()
                .client()
                .connectToNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(containerId)
                .withContainerNetwork(new ContainerNetwork().withIpamConfig(ipam))
                .exec();
    }

    @Override
    public void close() {
        network.close();
    }
}
