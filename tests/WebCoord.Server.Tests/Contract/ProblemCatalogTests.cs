using WebCoord.Core;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Tests.Contract;

public sealed class ProblemCatalogTests
{
    [Theory]
    [InlineData(ErrorCode.NoNode, "no-node", 404, -101)]
    [InlineData(ErrorCode.BadVersion, "bad-version", 412, -103)]
    [InlineData(ErrorCode.NodeExists, "node-exists", 409, -110)]
    [InlineData(ErrorCode.SessionExpired, "session-expired", 410, -112)]
    [InlineData(ErrorCode.AuthFailed, "auth-failed", 401, -115)]
    [InlineData(ErrorCode.BadArguments, "bad-arguments", 400, -8)]
    [InlineData(ErrorCode.QuotaExceeded, "quota-exceeded", 403, -125)]
    [InlineData(ErrorCode.TreeFull, "quota-exceeded", 403, -125)]
    [InlineData(ErrorCode.NoAuth, "no-auth", 403, -102)]
    [InlineData(ErrorCode.NoChildrenForEphemerals, "no-children-for-ephemerals", 409, -108)]
    [InlineData(ErrorCode.NotEmpty, "not-empty", 409, -111)]
    [InlineData(ErrorCode.InvalidAcl, "invalid-acl", 422, -114)]
    [InlineData(ErrorCode.SessionMoved, "session-moved", 409, -118)]
    [InlineData(ErrorCode.Throttled, "throttled", 429, -127)]
    [InlineData(ErrorCode.InternalError, "internal-error", 500, -1)]
    [InlineData(ErrorCode.NoWatcher, "no-watcher", 404, -121)]
    [InlineData(ErrorCode.TooLarge, "too-large", 413, null)]
    [InlineData(ErrorCode.LogUnavailable, "log-unavailable", 503, null)]
    [InlineData(ErrorCode.ReplicaBehind, "replica-behind", 503, null)]
    [InlineData(ErrorCode.OutcomeUnknown, "outcome-unknown", 504, null)]
    [InlineData(ErrorCode.CursorExpired, "cursor-expired", 410, null)]
    public void An_error_has_its_code_status_and_number(ErrorCode error, string code, int status, int? zkCode)
    {
        var kind = ProblemCatalog.Of(error);
        Assert.Equal((code, status, zkCode), (kind.Code, kind.Status, kind.ZkCode));
        Assert.Same(kind, ProblemCatalog.All[code]);
        Assert.Equal(status is 429 or 503, kind.RetryAfterSeconds is not null);
    }
}
