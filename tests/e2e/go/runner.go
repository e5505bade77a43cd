// Runs the cases and says what became of each.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/tencentyun/cos-go-sdk-v5"
)

type testCase struct {
	name string
	run  func()
}

// A case stops at the first thing that is not as it should be: by a panic, which ends here.
func runCases() (exitCode int) {
	label := setting("E2E_CLIENT", "go") + "/" + way
	for _, each := range cases {
		// All others need the bucket.
		if each.name != "creates a bucket" && !strings.Contains(each.name, os.Getenv("E2E_CASES")) {
			continue
		}
		start := time.Now()
		if failure := failureOf(each.run); failure != "" {
			fmt.Printf("FAILED %s: %s\n", label, each.name)
			fmt.Fprintln(os.Stderr, failure)
			exitCode = 1
		} else {
			fmt.Printf("ok %s: %s (%.1f s)\n", label, each.name, time.Since(start).Seconds())
		}
	}
	return exitCode
}

func failureOf(run func()) (failure string) {
	defer func() {
		if reason := recover(); reason != nil {
			failure = fmt.Sprintf("%v\n%s", reason, debug.Stack())
		}
	}()
	run()
	return ""
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(expected, actual any) {
	if !reflect.DeepEqual(expected, actual) {
		panic(fmt.Sprintf("expected %#v, got %#v", expected, actual))
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// Notes which requests were let through, and loses those that are to be lost.
type watch struct {
	loses func(*http.Request) bool
	mutex sync.Mutex
	sent  []*http.Request
}

// A client as any other, whose requests are noted; those that `loses` picks never leave.
func watchedClient(loses func(*http.Request) bool) (*cos.Client, *watch) {
	client, watched := newClient(secretID, secretKey), &watch{loses: loses}
	return cos.NewClient(client.BaseURL, &http.Client{Transport: &cos.AuthorizationTransport{
		SecretID: secretID, SecretKey: secretKey, Transport: watched,
	}}), watched
}

func (w *watch) RoundTrip(request *http.Request) (*http.Response, error) {
	if w.loses != nil && w.loses(request) {
		return nil, errors.New("lost on purpose")
	}
	w.mutex.Lock()
	w.sent = append(w.sent, request)
	w.mutex.Unlock()
	return http.DefaultTransport.RoundTrip(request)
}

func (w *watch) partNumbers() (numbers []string) {
	for _, request := range w.sent {
		if number := request.URL.Query().Get("partNumber"); number != "" {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func (w *watch) hosts() (hosts []string) {
	for _, request := range w.sent {
		hosts = append(hosts, request.URL.Hostname())
	}
	return hosts
}
