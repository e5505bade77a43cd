// The journey with the Go SDK. The client is made as for the service, with the bucket's real name:
// what leads it to the emulator are the environment's proxy variables, or one line in `dialTheEmulator`.
package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/tencentyun/cos-go-sdk-v5"
)

var (
	way       = setting("E2E_WAY", "plain")
	endpoint  = setting("E2E_ENDPOINT", "http://127.0.0.1:7436")
	region    = setting("E2E_REGION", "ap-guangzhou")
	secretID  = setting("E2E_SECRET_ID", "AKIDCosEmulatorDefaultSecretId000000")
	secretKey = setting("E2E_SECRET_KEY", "CosEmulatorDefaultSecretKey00000")
	bucket    = "journey-go-" + setting("E2E_APPID", "1250000000")
	ctx       = context.Background()
)

const (
	mib = 1 << 20
	// Neither a whole number of parts nor one that fits in a single buffer.
	largeLength = 3*mib + 12345
)

var cases = []testCase{
	{"creates a bucket", createBucket},
	{"puts and gets a small object", putAndGet},
	{"uploads in parts", uploadInParts},
	{"resumes an upload", resumeUpload},
	{"gets ranges and under conditions", getRangesAndUnderConditions},
	{"lists with prefix and delimiter", list},
	{"copies", copyObject},
	{"copies in parts", copyInParts},
	{"deletes a batch", deleteBatch},
	{"presigns a get and a put", presign},
	{"is refused with a wrong key", wrongKey},
	{"encrypts with a customer key", customerKey},
	{"switches to tencentcos.cn", switchDomain},
}

func main() {
	if way == "plain" {
		dialTheEmulator()
	}
	os.Exit(runCases())
}

// Host names stay real, in requests and signatures; only connections go elsewhere.
func dialTheEmulator() {
	address := strings.TrimPrefix(endpoint, "http://")
	http.DefaultTransport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func newClient(secretID, secretKey string) *cos.Client {
	secure := way == "https"
	bucketURL := must(cos.NewBucketURL(bucket, region, secure))
	serviceURL := must(url.Parse(bucketURL.Scheme + "://service.cos.myqcloud.com"))
	return cos.NewClient(&cos.BaseURL{BucketURL: bucketURL, ServiceURL: serviceURL}, &http.Client{
		Transport: &cos.AuthorizationTransport{SecretID: secretID, SecretKey: secretKey},
	})
}

func createBucket() {
	client := newClient(secretID, secretKey)
	must(client.Bucket.Put(ctx, nil))
	must(client.Bucket.Head(ctx))
	listed, _, err := client.Service.Get(ctx)
	check(err)
	names := []string{}
	for _, listedBucket := range listed.Buckets {
		names = append(names, listedBucket.Name+" in "+listedBucket.Region)
	}
	equal([]string{bucket + " in " + region}, names)
}

func putAndGet() {
	client := newClient(secretID, secretKey)
	const key = "dir/a b+c%/中(1)~*'!.txt"
	meta := &http.Header{"X-Cos-Meta-Author": {"somebody"}}
	put := must(client.Object.Put(ctx, key, strings.NewReader("small"), &cos.ObjectPutOptions{
		ObjectPutHeaderOptions: &cos.ObjectPutHeaderOptions{ContentType: "text/plain", XCosMetaXXX: meta},
	}))
	equal(fmt.Sprintf(`"%x"`, md5.Sum([]byte("small"))), put.Header.Get("ETag"))

	got := must(client.Object.Get(ctx, key, nil))
	equal("small", readAll(got.Body))
	equal("text/plain", got.Header.Get("Content-Type"))
	equal("somebody", got.Header.Get("x-cos-meta-author"))
	equal(true, must(client.Object.IsExist(ctx, key)))
	equal(false, must(client.Object.IsExist(ctx, "missing")))
}

// The SDK compares the CRC-64 of what it sent with that of each answer, and so does its download.
func uploadInParts() {
	client := newClient(secretID, secretKey)
	file, content := randomFile()
	result, _, err := client.Object.Upload(ctx, "large", file, &cos.MultiUploadOptions{PartSize: 1, ThreadPoolSize: 3})
	check(err)
	equal(true, strings.HasSuffix(result.ETag, `-4"`))
	location := must(url.Parse(result.Location))
	equal(client.BaseURL.BucketURL.Host+"/large", location.Host+location.Path)
	checkDownload(client, "large", content)
}

func resumeUpload() {
	file, content := randomFile()
	options := &cos.MultiUploadOptions{PartSize: 1, CheckPoint: true}
	interrupted, _ := watchedClient(func(request *http.Request) bool { return request.URL.Query().Get("partNumber") > "2" })
	_, _, err := interrupted.Object.Upload(ctx, "resumed", file, options)
	equal(true, err != nil)

	client, sent := watchedClient(nil)
	_, _, err = client.Object.Upload(ctx, "resumed", file, options)
	check(err)
	equal([]string{"3", "4"}, sent.partNumbers())
	checkDownload(client, "resumed", content)
}

func getRangesAndUnderConditions() {
	client := newClient(secretID, secretKey)
	head := must(client.Object.Put(ctx, "digits", strings.NewReader("0123456789"), nil)).Header
	for asked, expected := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-2": "89"} {
		got := must(client.Object.Get(ctx, "digits", &cos.ObjectGetOptions{Range: asked}))
		equal(http.StatusPartialContent, got.StatusCode)
		equal(expected, readAll(got.Body))
	}
	_, err := client.Object.Get(ctx, "digits", &cos.ObjectGetOptions{Range: "bytes=10-"})
	refused(416, "InvalidRange", err)

	under := func(name, value string) (*cos.Response, error) {
		return client.Object.Get(ctx, "digits", &cos.ObjectGetOptions{XOptionHeader: &http.Header{name: {value}}})
	}
	equal("0123456789", readAll(must(under("If-Match", head.Get("ETag"))).Body))
	_, err = under("If-None-Match", head.Get("ETag"))
	refused(304, "", err) // The SDK takes whatever is not 2xx for an error.
	_, err = under("If-Match", `"another"`)
	refused(412, "PreconditionFailed", err)
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(http.TimeFormat)
	_, err = client.Object.Get(ctx, "digits", &cos.ObjectGetOptions{IfModifiedSince: tomorrow})
	refused(304, "", err)
}

func list() {
	client := newClient(secretID, secretKey)
	keys := []string{"list/a b", "list/a+b", "list/sub/1", "list/sub/2", "list/中文/1", "list/中文.txt"}
	for _, key := range keys {
		must(client.Object.Put(ctx, key, strings.NewReader(key), nil))
	}
	options := &cos.BucketGetOptions{Prefix: "list/", Delimiter: "/", MaxKeys: 2, EncodingType: "url"}
	found, pages := []string{}, 0
	for more := true; more; pages++ {
		page, _, err := client.Bucket.Get(ctx, options)
		check(err)
		for _, object := range page.Contents {
			found = append(found, must(cos.DecodeURIComponent(object.Key)))
		}
		for _, prefix := range page.CommonPrefixes {
			found = append(found, must(cos.DecodeURIComponent(prefix)))
		}
		more = page.IsTruncated
		options.Marker = must(cos.DecodeURIComponent(page.NextMarker))
	}
	sort.Strings(found)
	equal([]string{"list/a b", "list/a+b", "list/sub/", "list/中文.txt", "list/中文/"}, found)
	equal(3, pages)
}

// MultiCopy looks at the source by its own host name, always over plain HTTP.
func copyObject() {
	client := newClient(secretID, secretKey)
	meta := &http.Header{"X-Cos-Meta-Author": {"somebody"}}
	must(client.Object.Put(ctx, "source +中", strings.NewReader("copied"), &cos.ObjectPutOptions{
		ObjectPutHeaderOptions: &cos.ObjectPutHeaderOptions{XCosMetaXXX: meta},
	}))
	source := client.BaseURL.BucketURL.Host + "/source +中"
	_, _, err := client.Object.Copy(ctx, "copy", source, nil)
	check(err)
	_, _, err = client.Object.MultiCopy(ctx, "copy by size", source, nil)
	check(err)
	for _, key := range []string{"copy", "copy by size"} {
		got := must(client.Object.Get(ctx, key, nil))
		equal("copied", readAll(got.Body))
		equal("somebody", got.Header.Get("x-cos-meta-author"))
	}
}

func copyInParts() {
	client := newClient(secretID, secretKey)
	file, content := randomFile()
	must(client.Object.PutFromFile(ctx, "large source", file, nil))
	source := client.BaseURL.BucketURL.Host + "/large source"
	upload, _, err := client.Object.InitiateMultipartUpload(ctx, "large copy", nil)
	check(err)
	chunks, count, err := cos.SplitSizeIntoChunks(largeLength, mib)
	check(err)
	complete := &cos.CompleteMultipartUploadOptions{}
	for _, chunk := range chunks {
		part, _, err := client.Object.CopyPart(ctx, "large copy", upload.UploadID, chunk.Number, source, &cos.ObjectCopyPartOptions{
			XCosCopySourceRange: fmt.Sprintf("bytes=%d-%d", chunk.OffSet, chunk.OffSet+chunk.Size-1),
		})
		check(err)
		complete.Parts = append(complete.Parts, cos.Object{PartNumber: chunk.Number, ETag: part.ETag})
	}
	result, _, err := client.Object.CompleteMultipartUpload(ctx, "large copy", upload.UploadID, complete)
	check(err)
	equal(true, strings.HasSuffix(result.ETag, fmt.Sprintf(`-%d"`, count)))
	checkDownload(client, "large copy", content)
}

func deleteBatch() {
	client := newClient(secretID, secretKey)
	batch := &cos.ObjectDeleteMultiOptions{Objects: []cos.Object{{Key: "batch/never was"}}}
	for _, key := range []string{"batch/1", "batch/a b+<中>&"} {
		must(client.Object.Put(ctx, key, strings.NewReader(key), nil))
		batch.Objects = append(batch.Objects, cos.Object{Key: key})
	}
	result, _, err := client.Object.DeleteMulti(ctx, batch)
	check(err)
	equal(3, len(result.DeletedObjects))
	equal(0, len(result.Errors))
	page, _, err := client.Bucket.Get(ctx, &cos.BucketGetOptions{Prefix: "batch/"})
	check(err)
	equal(0, len(page.Contents))
}

// The two forms of a signed URL: `q-…` parameters, and all of them in `sign`.
func presign() {
	client := newClient(secretID, secretKey)
	for _, merged := range []bool{false, true} {
		key := fmt.Sprintf("signed/a b+%v", merged)
		options := &cos.PresignedURLOptions{SignMerged: merged}
		putURL := must(client.Object.GetPresignedURL2(ctx, http.MethodPut, key, time.Hour, options))
		put := must(http.NewRequest(http.MethodPut, putURL.String(), strings.NewReader("signed")))
		equal(http.StatusOK, must(http.DefaultClient.Do(put)).StatusCode)

		getURL := must(client.Object.GetPresignedURL2(ctx, http.MethodGet, key, time.Hour, options))
		got := must(http.Get(getURL.String()))
		equal(http.StatusOK, got.StatusCode)
		equal("signed", readAll(got.Body))
		equal(http.StatusForbidden, must(http.Head(getURL.String())).StatusCode)
	}
}

func wrongKey() {
	_, err := newClient(secretID, "not the key").Object.Put(ctx, "refused", strings.NewReader("x"), nil)
	refused(403, "SignatureDoesNotMatch", err)
	_, err = newClient("AKIDUnknown", secretKey).Object.Get(ctx, "refused", nil)
	refused(403, "InvalidAccessKeyId", err)
}

func customerKey() {
	client := newClient(secretID, secretKey)
	key := make([]byte, 32)
	must(rand.Read(key))
	digest := md5.Sum(key)
	keyText, digestText := base64.StdEncoding.EncodeToString(key), base64.StdEncoding.EncodeToString(digest[:])
	encrypted := &cos.ObjectPutHeaderOptions{
		XCosSSECustomerAglo: "AES256", XCosSSECustomerKey: keyText, XCosSSECustomerKeyMD5: digestText,
	}
	withKey := &cos.ObjectGetOptions{
		XCosSSECustomerAglo: "AES256", XCosSSECustomerKey: keyText, XCosSSECustomerKeyMD5: digestText,
	}
	must(client.Object.Put(ctx, "encrypted", strings.NewReader("secret"), &cos.ObjectPutOptions{ObjectPutHeaderOptions: encrypted}))
	got := must(client.Object.Get(ctx, "encrypted", withKey))
	equal("secret", readAll(got.Body))
	equal(digestText, got.Header.Get("x-cos-server-side-encryption-customer-key-MD5"))
	_, err := client.Object.Get(ctx, "encrypted", nil)
	refused(400, "InvalidRequest", err)

	file, content := randomFile()
	options := &cos.MultiUploadOptions{PartSize: 1, OptIni: &cos.InitiateMultipartUploadOptions{ObjectPutHeaderOptions: encrypted}}
	_, _, err = client.Object.Upload(ctx, "encrypted large", file, options)
	check(err)
	equal(true, bytes.Equal(content, []byte(readAll(must(client.Object.Get(ctx, "encrypted large", withKey)).Body))))
}

// What the SDK does when no answer comes from myqcloud.com: the same object, under the other suffix.
func switchDomain() {
	client, sent := watchedClient(func(request *http.Request) bool {
		return strings.HasSuffix(request.URL.Hostname(), ".myqcloud.com")
	})
	client.Conf.RetryOpt.AutoSwitchHost = true
	must(newClient(secretID, secretKey).Object.Put(ctx, "switched", strings.NewReader("found"), nil))
	equal("found", readAll(must(client.Object.Get(ctx, "switched", nil)).Body))
	equal([]string{bucket + ".cos." + region + ".tencentcos.cn"}, sent.hosts())
}

func checkDownload(client *cos.Client, key string, content []byte) {
	file := filepath.Join(os.TempDir(), "downloaded")
	must(client.Object.Download(ctx, key, file, &cos.MultiDownloadOptions{PartSize: 1, ThreadPoolSize: 3}))
	equal(true, bytes.Equal(content, must(os.ReadFile(file))))
}

func randomFile() (name string, content []byte) {
	content = make([]byte, largeLength)
	must(rand.Read(content))
	name = filepath.Join(os.TempDir(), "random")
	check(os.WriteFile(name, content, 0o600))
	return name, content
}

func refused(status int, code string, err error) {
	var response *cos.ErrorResponse
	if !errors.As(err, &response) {
		panic(fmt.Errorf("%T instead of an error response: %w", err, err))
	}
	equal(fmt.Sprint(status, " ", code), fmt.Sprint(response.Response.StatusCode, " ", response.Code))
}

func readAll(body io.ReadCloser) string {
	defer body.Close()
	return string(must(io.ReadAll(body)))
}
