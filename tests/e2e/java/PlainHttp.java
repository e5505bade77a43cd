import java.net.URI;
import org.apache.http.HttpHost;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.util.EntityUtils;

/** Sends URLs without the SDK, the same way as it does. */
final class PlainHttp {
    /** Status and body, as in {@code 200 text}. */
    static String send(String method, URI url, String body) throws Exception {
        var request = RequestBuilder.create(method).setUri(url);
        if (body != null) {
            request.setEntity(new StringEntity(body));
        }
        try (var client = toTheEmulator().build(); var response = client.execute(request.build())) {
            String text = response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity());
            return response.getStatusLine().getStatusCode() + " " + text;
        }
    }

    private static HttpClientBuilder toTheEmulator() {
        HttpHost emulator = HttpHost.create(Journey.EMULATOR.toString());
        if (Journey.WAY.equals("plain")) {
            return HttpClientBuilder.create().setRoutePlanner((target, request, context) -> new HttpRoute(emulator));
        }
        return HttpClientBuilder.create().setProxy(emulator);
    }
}
