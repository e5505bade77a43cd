import com.qcloud.cos.exception.CosServiceException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Runs the cases and says what became of each. */
final class Runner {
    static int run(String label, Map<String, Case> cases) {
        boolean failed = false;
        for (var entry : cases.entrySet()) {
            String name = entry.getKey();
            // All others need the bucket.
            if (name.equals("creates a bucket") || name.contains(Journey.setting("E2E_CASES", ""))) {
                failed |= !passes(label + ": " + name, entry.getValue());
            }
        }
        return failed ? 1 : 0;
    }

    private static boolean passes(String title, Case each) {
        long start = System.nanoTime();
        try {
            each.run();
            System.out.printf(Locale.ROOT, "ok %s (%.1f s)%n", title, (System.nanoTime() - start) / 1e9);
        } catch (Skip skip) {
            System.out.printf("skip %s: %s%n", title, skip.getMessage());
        } catch (Throwable failure) {
            System.out.printf("FAILED %s%n", title);
            failure.printStackTrace();
            return false;
        }
        return true;
    }
}

interface Case {
    void run() throws Exception;
}

/** Ends a case that cannot be done in this way; its message says why. */
final class Skip extends RuntimeException {
    Skip(String why) {
        super(why);
    }
}

/** What a case may say of what it got. */
final class Check {
    static void equal(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected " + expected + ", got " + actual);
        }
    }

    /** The call must end in the SDK's exception for this answer. */
    static void refused(int status, String code, Case call) {
        CosServiceException refusal = fails(CosServiceException.class, call);
        equal(status + " " + code, refusal.getStatusCode() + " " + refusal.getErrorCode());
    }

    static <E extends Exception> E fails(Class<E> expected, Case call) {
        try {
            call.run();
        } catch (Exception exception) {
            if (expected.isInstance(exception)) {
                return expected.cast(exception);
            }
            throw new AssertionError(expected + " expected", exception);
        }
        throw new AssertionError(expected + " expected, nothing thrown");
    }
}
