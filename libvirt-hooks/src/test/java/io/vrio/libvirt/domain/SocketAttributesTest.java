// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SocketAttributesTest {
    @Test
    void shouldChangeNothingButThePath() {
        String xml =
                "<disk>\r\n\t<source  type='unix' path = \"/a/x.sock\" /><!-- /a/x.sock --></disk>";

        assertEquals(
                "<disk>\r\n\t<source  type='unix' path = '/b/x.sock' /><!-- /a/x.sock --></disk>",
                SocketAttributes.replace(xml, Map.of("/a/x.sock", "/b/x.sock")));
    }

    @Test
    void shouldExchangeTwoPaths() {
        assertEquals(
                "<a path='/2'/><b socket='/1'/>",
                SocketAttributes.replace(
                        "<a path='/1'/><b socket='/2'/>", Map.of("/1", "/2", "/2", "/1")));
    }

    @Test
    void shouldKnowAPathInReferences() {
        String xml = "<a path='/&amp;&#39;&#x26;&quot;&lt;&gt;&apos;$1'/>";

        assertEquals(
                "<a path='/&amp;&apos;'/>",
                SocketAttributes.replace(xml, Map.of("/&'&\"<>'$1", "/&'")));
    }

    @Test
    void shouldLeaveAnImpossibleReference() {
        String xml = "<a path='&#9999999;'/>";

        assertEquals(xml, SocketAttributes.replace(xml, Map.of("/1", "/2")));
    }

    @Test
    void shouldNotTakeAPartForTheWhole() {
        String xml = "<a path='/1/2'/><b mypath='/1'/><c path='1'/>";

        assertEquals(xml, SocketAttributes.replace(xml, Map.of("/1", "/2")));
    }
}
