using Microsoft.Extensions.Configuration;
using WebCoord.Server.Security;
using WebCoord.Server.Tests.Rest;

namespace WebCoord.Server.Tests.Security;

/// <summary>Who a caller is behind proxies, told by nodes that only one address may read. To the service the test's own
/// peer is 127.0.0.1.</summary>
public sealed class KnownProxiesTests(KnownProxiesTests.ServiceBehindProxies behind)
    : IClassFixture<KnownProxiesTests.ServiceBehindProxies>
{
    private static readonly string[] ReadOnly = ["read"];

    private const string Client = "203.0.113.9";

    [Theory]
    [InlineData(Client, Client)]
    [InlineData(Client, Client + ":40123")]
    [InlineData(Client, "198.51.100.1, " + Client)]
    [InlineData(Client, "garbage, " + Client + ", 192.0.2.7, 192.0.2.8")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("127.0.0.1", "")]
    [InlineData("127.0.0.1", Client + ", garbage")]
    public async Task The_caller_is_the_last_address_that_is_no_proxy(string caller, string forwarded) =>
        Assert.Equal(200, await ReadAsync(behind, caller, forwarded));

    [Theory]
    [InlineData(Client, Client + ", 198.51.100.1")]
    [InlineData("127.0.0.1", Client)]
    [InlineData("192.0.2.7", Client + ", 192.0.2.7")]
    public async Task The_caller_is_no_one_else(string other, string forwarded) =>
        Assert.Equal(401, await ReadAsync(behind, other, forwarded));

    [Fact]
    public async Task Without_known_proxies_nobody_is_believed()
    {
        await using var application = new WebCoordApplication();

        Assert.Equal(401, await ReadAsync(application, Client, Client));
    }

    [Fact]
    public async Task A_peer_that_is_no_known_proxy_is_not_believed()
    {
        await using var application = new WebCoordApplication()
            .With("WebCoord:Security:AllowAnonymous", "true").With("WebCoord:Security:KnownProxies:0", "192.0.2.7");

        Assert.Equal(401, await ReadAsync(application, Client, Client));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Behind_a_proxy_it_must_be_said_whether_anonymous_callers_are_served(bool? allow, bool starts)
    {
        var check = new AnonymousAccessCheck(new ListeningAddresses(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("urls", (string?)"http://localhost:5080")]).Build()));

        var result = check.Validate(null, new WebCoordOptions
        {
            Security = new SecurityOptions { KnownProxies = ["192.0.2.7"], AllowAnonymous = allow },
        });

        Assert.Equal(starts, result.Succeeded);
        if (!starts)
        {
            Assert.StartsWith("WebCoord:Security:AllowAnonymous is not set, and callers come through proxies "
                + "(192.0.2.7).", result.FailureMessage, StringComparison.Ordinal);
        }
    }

    /// <summary>The status that a node answers with which only one address may read.</summary>
    private static async Task<int> ReadAsync(WebCoordApplication application, string reader, string forwarded)
    {
        using var client = application.CreateClient();
        var created = await client.SendAsync(HttpMethod.Post, "/v1/nodes/n-", new
        {
            mode = "persistentSequential",
            acl = new[] { new { scheme = "ip", id = reader, permissions = ReadOnly } },
        });
        var path = (await created.JsonAsync(201)).Text("path");
        var read = await client.SendAsync(
            HttpMethod.Get, "/v1/nodes" + path, null, ("X-Forwarded-For", forwarded));
        return (int)read.StatusCode;
    }

    public sealed class ServiceBehindProxies : WebCoordApplication
    {
        public ServiceBehindProxies() => With("WebCoord:Security:AllowAnonymous", "true")
            .With("WebCoord:Security:KnownProxies:0", "127.0.0.1")
            .With("WebCoord:Security:KnownProxies:1", "192.0.2.0/24");
    }
}
