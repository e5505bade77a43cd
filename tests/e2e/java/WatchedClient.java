import com.qcloud.cos.COSClient;
import com.qcloud.cos.ClientConfig;
import com.qcloud.cos.auth.BasicCOSCredentials;
import com.qcloud.cos.http.DefaultCosHttpClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.protocol.HttpContext;

/** A client as any other, whose requests are noted; those that {@code loses} picks never leave. */
final class WatchedClient extends COSClient {
    private final List<URI> sent = new CopyOnWriteArrayList<>();

    WatchedClient(ClientConfig config, Predicate<HttpRequestBase> loses) {
        super(new BasicCOSCredentials(Journey.SECRET_ID, Journey.SECRET_KEY), config);
        var watching = new DefaultCosHttpClient(config) {
            @Override
            protected HttpResponse executeOneRequest(HttpContext context, HttpRequestBase request) throws Exception {
                if (loses.test(request)) {
                    throw new IOException("lost on purpose: " + request.getRequestLine());
                }
                sent.add(request.getURI());
                return super.executeOneRequest(context, request);
            }
        };
        try {
            // The SDK has no place where one could put it in.
            var field = COSClient.class.getDeclaredField("cosHttpClient");
            field.setAccessible(true);
            field.set(this, watching);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Stream<URI> sent() {
        return sent.stream();
    }
}
