using Microsoft.AspNetCore.Http;
using WebCoord.Server.Rest;

namespace WebCoord.Server.Tests.Rest;

public sealed class ReadConditionsTests
{
    [Theory]
    [InlineData("?wait=9999999999s", null, 120_000)]
    [InlineData("?wait=99999999999999999999", null, 120_000)]
    [InlineData("", "wait=9999999999", 120_000)]
    [InlineData("?wait=250ms", null, 250)]
    [InlineData("", "wait=30", 30_000)]
    public void A_wait_is_read_and_a_longer_one_than_the_longest_is_cut_to_it(string query, string? prefer,
        int expectedMs)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        request.Headers.IfNoneMatch = "\"1.0\"";
        request.Headers["Prefer"] = prefer;
        Assert.True(ReadConditions.TryRead(request, out var conditions, out _));
        Assert.Equal(expectedMs, conditions.Wait!.Value.TotalMilliseconds);
    }
}
