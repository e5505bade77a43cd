import com.qcloud.cos.COSClient;
import com.qcloud.cos.ClientConfig;
import com.qcloud.cos.auth.BasicCOSCredentials;
import com.qcloud.cos.endpoint.EndpointResolver;
import com.qcloud.cos.exception.CosClientException;
import com.qcloud.cos.http.HttpMethodName;
import com.qcloud.cos.http.HttpProtocol;
import com.qcloud.cos.model.COSObject;
import com.qcloud.cos.model.COSObjectSummary;
import com.qcloud.cos.model.CopyObjectRequest;
import com.qcloud.cos.model.CreateBucketRequest;
import com.qcloud.cos.model.DeleteObjectsRequest;
import com.qcloud.cos.model.GeneratePresignedUrlRequest;
import com.qcloud.cos.model.GetObjectRequest;
import com.qcloud.cos.model.ListObjectsRequest;
import com.qcloud.cos.model.ObjectMetadata;
import com.qcloud.cos.model.PutObjectRequest;
import com.qcloud.cos.model.SSECustomerKey;
import com.qcloud.cos.region.Region;
import com.qcloud.cos.transfer.PersistableUpload;
import com.qcloud.cos.transfer.TransferManager;
import com.qcloud.cos.transfer.TransferManagerConfiguration;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The journey with the Java SDK. Buckets keep their real names in all ways; what differs is in {@link #settings()}. */
final class Journey {
    static final String WAY = setting("E2E_WAY", "plain");
    static final URI EMULATOR = URI.create(setting("E2E_ENDPOINT", "http://127.0.0.1:7436"));
    static final String REGION = setting("E2E_REGION", "ap-guangzhou");
    static final String SECRET_ID = setting("E2E_SECRET_ID", "AKIDCosEmulatorDefaultSecretId000000");
    static final String SECRET_KEY = setting("E2E_SECRET_KEY", "CosEmulatorDefaultSecretKey00000");
    static final String BUCKET = "journey-java-" + setting("E2E_APPID", "1250000000");
    static final int MIB = 1 << 20;
    static final SecureRandom RANDOM = new SecureRandom();

    final COSClient cos = new COSClient(new BasicCOSCredentials(SECRET_ID, SECRET_KEY), settings());

    static ClientConfig settings() {
        ClientConfig config = new ClientConfig(new Region(REGION));
        switch (WAY) {
            case "plain" -> connectToTheEmulator(config);
            case "proxy" -> throughTheProxy(config);
            default -> throughTheProxyWithHttps(config);
        }
        // Without repeats, one bad answer is seen.
        config.setMaxErrorRetry(0);
        return config;
    }

    /** Requests and signatures keep the bucket's real host; only the connection goes elsewhere. */
    static void connectToTheEmulator(ClientConfig config) {
        String emulator = EMULATOR.getAuthority();
        config.setHttpProtocol(HttpProtocol.http);
        config.setEndpointResolver(new EndpointResolver() {
            @Override
            public String resolveGeneralApiEndpoint(String host) {
                return emulator;
            }

            @Override
            public String resolveGetServiceApiEndpoint(String host) {
                return emulator;
            }
        });
    }

    static void throughTheProxy(ClientConfig config) {
        config.setHttpProtocol(HttpProtocol.http);
        config.setHttpProxyIp(EMULATOR.getHost());
        config.setHttpProxyPort(EMULATOR.getPort());
    }

    /** What to trust, -Djavax.net.ssl.trustStore says: HTTPS is what the SDK speaks unless told otherwise. */
    static void throughTheProxyWithHttps(ClientConfig config) {
        config.setHttpProxyIp(EMULATOR.getHost());
        config.setHttpProxyPort(EMULATOR.getPort());
    }

    Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("creates a bucket", this::createBucket);
        cases.put("puts and gets a small object", this::putAndGet);
        cases.put("uploads in parts", this::uploadInParts);
        cases.put("resumes an upload", this::resumeUpload);
        cases.put("gets ranges and under conditions", this::getRangesAndUnderConditions);
        cases.put("lists with prefix and delimiter", this::list);
        cases.put("copies", this::copy);
        cases.put("copies in parts", this::copyInParts);
        cases.put("deletes a batch", this::deleteBatch);
        cases.put("presigns a get and a put", this::presign);
        cases.put("is refused with a wrong key", this::wrongKey);
        cases.put("encrypts with a customer key", this::customerKey);
        cases.put("switches to tencentcos.cn", this::switchDomain);
        return cases;
    }

    void createBucket() {
        cos.createBucket(new CreateBucketRequest(BUCKET));
        Check.equal(true, cos.doesBucketExist(BUCKET));
        Check.equal(List.of(BUCKET + " in " + REGION),
                cos.listBuckets().stream().map(bucket -> bucket.getName() + " in " + bucket.getLocation()).toList());
    }

    void putAndGet() throws Exception {
        String key = "dir/a b+c%/中(1)~*'!.txt";
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.setContentType("text/plain");
        metadata.addUserMetadata("author", "somebody");
        metadata.setContentLength(5);
        String etag = cos.putObject(BUCKET, key, new ByteArrayInputStream("small".getBytes()), metadata).getETag();
        Check.equal(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest("small".getBytes())), etag);

        try (COSObject got = cos.getObject(BUCKET, key)) {
            Check.equal("small", text(got));
            Check.equal("text/plain", got.getObjectMetadata().getContentType());
            Check.equal("somebody", got.getObjectMetadata().getUserMetaDataOf("author"));
        }
        Check.equal(true, cos.doesObjectExist(BUCKET, key));
        Check.equal(false, cos.doesObjectExist(BUCKET, "missing"));
    }

    void uploadInParts() throws Exception {
        File file = randomFile();
        TransferManager transfers = inMebibytes(cos);
        String etag = transfers.upload(BUCKET, "large", file).waitForUploadResult().getETag();
        Check.equal("4", etag.replaceFirst(".*-", ""));

        // Ranges, each with its CRC-64; their combination must be what HEAD says.
        File whole = new File(file.getParent(), "whole");
        File record = new File(file.getParent(), "record");
        GetObjectRequest request = new GetObjectRequest(BUCKET, "large");
        transfers.download(request, whole, true, record.getPath(), MIB, MIB).waitForCompletion();
        Check.equal(-1L, Files.mismatch(file.toPath(), whole.toPath()));
        transfers.shutdownNow(false);
    }

    /** The parts from the third on are lost; what the SDK says of the upload is kept as text and read again. */
    void resumeUpload() throws Exception {
        File file = randomFile();
        TransferManager broken = inMebibytes(new WatchedClient(settings(), request -> partNumber(request.getURI()) > 2));
        var upload = broken.upload(BUCKET, "resumed", file);
        Check.fails(CosClientException.class, upload::waitForUploadResult);
        String saved = upload.pause().serialize();
        broken.shutdownNow();

        WatchedClient client = new WatchedClient(settings(), request -> false);
        TransferManager transfers = inMebibytes(client);
        transfers.resumeUpload(PersistableUpload.<PersistableUpload>deserializeFrom(saved)).waitForUploadResult();
        Check.equal(List.of(3, 4), client.sent().map(Journey::partNumber).filter(number -> number > 0).sorted().toList());
        checkContent("resumed", file);
        transfers.shutdownNow();
    }

    void getRangesAndUnderConditions() throws Exception {
        String etag = cos.putObject(BUCKET, "digits", "0123456789").getETag();
        try (COSObject got = cos.getObject(new GetObjectRequest(BUCKET, "digits").withRange(2, 4))) {
            Check.equal("234", text(got));
            Check.equal("bytes 2-4/10", got.getObjectMetadata().getRawMetadataValue("Content-Range"));
        }
        Check.refused(416, "InvalidRange", () -> cos.getObject(new GetObjectRequest(BUCKET, "digits").withRange(10, 11)));

        Check.equal("0123456789", text(cos.getObject(new GetObjectRequest(BUCKET, "digits").withMatchingETagConstraint(etag))));
        var ifChanged = new GetObjectRequest(BUCKET, "digits").withNonmatchingETagConstraint(etag);
        var ifAnother = new GetObjectRequest(BUCKET, "digits").withMatchingETagConstraint("another");
        // Neither 304 nor 412 is an error, unless one asks for it.
        Check.equal(null, cos.getObject(ifChanged));
        Check.equal(null, cos.getObject(ifAnother));
        ClientConfig config = settings();
        config.setThrow304Directly(true);
        config.setThrow412Directly(true);
        COSClient strict = new COSClient(new BasicCOSCredentials(SECRET_ID, SECRET_KEY), config);
        Check.refused(304, "304 Not Modified", () -> strict.getObject(ifChanged));
        Check.refused(412, "PreconditionFailed", () -> strict.getObject(ifAnother));
    }

    void list() {
        for (String key : List.of("list/a b", "list/a+b", "list/sub/1", "list/sub/2", "list/中文/1", "list/中文.txt")) {
            cos.putObject(BUCKET, key, key);
        }
        ListObjectsRequest request = new ListObjectsRequest(BUCKET, "list/", null, "/", 2);
        List<String> found = new ArrayList<>();
        int pages = 0;
        for (var page = cos.listObjects(request);; page = cos.listNextBatchOfObjects(page)) {
            page.getObjectSummaries().stream().map(COSObjectSummary::getKey).forEach(found::add);
            found.addAll(page.getCommonPrefixes());
            pages++;
            if (!page.isTruncated()) {
                break;
            }
        }
        Check.equal(List.of("list/a b", "list/a+b", "list/sub/", "list/中文.txt", "list/中文/"), found.stream().sorted().toList());
        Check.equal(3, pages);
    }

    void copy() throws Exception {
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.addUserMetadata("author", "somebody");
        metadata.setContentLength(6);
        cos.putObject(BUCKET, "source +中", new ByteArrayInputStream("copied".getBytes()), metadata);
        cos.copyObject(BUCKET, "source +中", BUCKET, "copy +中");
        try (COSObject got = cos.getObject(BUCKET, "copy +中")) {
            Check.equal("copied", text(got));
            Check.equal("somebody", got.getObjectMetadata().getUserMetaDataOf("author"));
        }
    }

    void copyInParts() throws Exception {
        File file = randomFile();
        cos.putObject(BUCKET, "large source", file);
        TransferManager transfers = inMebibytes(cos);
        var request = new CopyObjectRequest(BUCKET, "large source", BUCKET, "large copy");
        String etag = transfers.copy(request).waitForCopyResult().getETag();
        Check.equal("4", etag.replaceFirst(".*-", ""));
        checkContent("large copy", file);
        transfers.shutdownNow(false);
    }

    void deleteBatch() {
        for (String key : List.of("batch/1", "batch/a b+<中>&")) {
            cos.putObject(BUCKET, key, key);
        }
        var request = new DeleteObjectsRequest(BUCKET).withKeys("batch/1", "batch/a b+<中>&", "batch/never was");
        Check.equal(3, cos.deleteObjects(request).getDeletedObjects().size());
        Check.equal(0, cos.listObjects(BUCKET, "batch/").getObjectSummaries().size());
    }

    /** The two forms of a signed URL: `q-…` parameters, and all of them in `sign`. */
    void presign() throws Exception {
        Date later = new Date(System.currentTimeMillis() + 3_600_000);
        for (boolean inOne : List.of(false, true)) {
            var request = new GeneratePresignedUrlRequest(BUCKET, "signed/a b+中" + inOne).withExpiration(later);
            request.setSignPrefixMode(inOne);
            URI put = cos.generatePresignedUrl(request.withMethod(HttpMethodName.PUT)).toURI();
            Check.equal("200 ", PlainHttp.send("PUT", put, "signed"));
            URI get = cos.generatePresignedUrl(request.withMethod(HttpMethodName.GET)).toURI();
            Check.equal("200 signed", PlainHttp.send("GET", get, null));
            Check.equal("403 ", PlainHttp.send("HEAD", get, null));
        }
    }

    void wrongKey() {
        COSClient wrong = new COSClient(new BasicCOSCredentials(SECRET_ID, "not the key"), settings());
        Check.refused(403, "SignatureDoesNotMatch", () -> wrong.putObject(BUCKET, "refused", "x"));
        COSClient unknown = new COSClient(new BasicCOSCredentials("AKIDUnknown", SECRET_KEY), settings());
        Check.refused(403, "InvalidAccessKeyId", () -> unknown.getObject(BUCKET, "refused"));
    }

    void customerKey() throws Exception {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        SSECustomerKey key = new SSECustomerKey(secret);
        File file = randomFile();
        cos.putObject(new PutObjectRequest(BUCKET, "encrypted", file).withSSECustomerKey(key));
        TransferManager transfers = inMebibytes(cos);
        transfers.upload(new PutObjectRequest(BUCKET, "encrypted large", file).withSSECustomerKey(key)).waitForUploadResult();
        for (String name : List.of("encrypted", "encrypted large")) {
            File decrypted = new File(file.getParent(), "decrypted");
            cos.getObject(new GetObjectRequest(BUCKET, name).withSSECustomerKey(key), decrypted);
            Check.equal(-1L, Files.mismatch(file.toPath(), decrypted.toPath()));
            Check.refused(400, "InvalidRequest", () -> cos.getObject(BUCKET, name));
        }
        transfers.shutdownNow(false);
    }

    /** What the SDK does when no answer comes from myqcloud.com: the same object, under the other suffix. */
    void switchDomain() throws Exception {
        if (WAY.equals("plain")) {
            throw new Skip("with an EndpointResolver the SDK never switches");
        }
        cos.putObject(BUCKET, "switched", "found");
        ClientConfig config = settings();
        config.setChangeEndpointRetry(true);
        config.setMaxErrorRetry(1);
        WatchedClient client = new WatchedClient(config, request -> request.getURI().getHost().endsWith(".myqcloud.com"));
        Check.equal("found", text(client.getObject(BUCKET, "switched")));
        Check.equal(List.of(BUCKET + ".cos." + REGION + ".tencentcos.cn"), client.sent().map(URI::getHost).toList());
    }

    /** A transfer manager whose parts are as small as COS takes them. */
    static TransferManager inMebibytes(COSClient client) {
        TransferManagerConfiguration configuration = new TransferManagerConfiguration();
        configuration.setMultipartUploadThreshold(MIB);
        configuration.setMinimumUploadPartSize(MIB);
        configuration.setMultipartCopyThreshold(MIB);
        configuration.setMultipartCopyPartSize(MIB);
        TransferManager transfers = new TransferManager(client);
        transfers.setConfiguration(configuration);
        return transfers;
    }

    void checkContent(String key, File file) throws Exception {
        File got = new File(file.getParent(), "got");
        cos.getObject(new GetObjectRequest(BUCKET, key), got);
        Check.equal(-1L, Files.mismatch(file.toPath(), got.toPath()));
    }

    /** Neither a whole number of parts nor one that fits in a single buffer; in a folder of its own. */
    static File randomFile() throws Exception {
        byte[] content = new byte[3 * MIB + 12_345];
        RANDOM.nextBytes(content);
        Path folder = Files.createTempDirectory("journey");
        return Files.write(folder.resolve("random"), content).toFile();
    }

    /** Of Upload Part, else 0. */
    static int partNumber(URI uri) {
        return Stream.of(String.valueOf(uri.getQuery()).split("&")).filter(pair -> pair.startsWith("partNumber="))
                .mapToInt(pair -> Integer.parseInt(pair.substring("partNumber=".length()))).findFirst().orElse(0);
    }

    static String text(COSObject object) throws Exception {
        try (var content = object.getObjectContent()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String setting(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    public static void main(String[] arguments) {
        System.exit(Runner.run(setting("E2E_CLIENT", "java") + "/" + WAY, new Journey().cases()));
    }
}
