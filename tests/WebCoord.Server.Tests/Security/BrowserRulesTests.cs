using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using WebCoord.Server.Security;

namespace WebCoord.Server.Tests.Security;

public sealed class BrowserRulesTests
{
    [Theory]
    [InlineData("http://localhost:5080", "localhost:5080", true)]
    [InlineData("http://localhost:5080", "127.0.0.1:5080", true)]
    [InlineData("http://localhost:5080", "[::1]:5080", true)]
    [InlineData("http://localhost:5080", "app.localhost", true)]
    [InlineData("http://localhost:5080", "", true)]
    [InlineData("http://localhost:5080", "coord.example", true)]
    [InlineData("http://localhost:5080", "COORD.example:8080", true)]
    [InlineData("http://localhost:5080", "evil.example", false)]
    [InlineData("http://localhost:5080", "localhost.evil.example", false)]
    [InlineData("http://localhost:5080", "192.0.2.7", false)]
    [InlineData("http://192.0.2.7:80", "192.0.2.7", true)]
    [InlineData("http://*:5080", "192.0.2.7:5080", true)]
    [InlineData("http://[::]:5080", "[2001:db8::1]:5080", true)]
    [InlineData("http://*:5080", "evil.example:5080", false)]
    public void Only_expected_hosts_are_served(string urls, string host, bool served)
    {
        var policy = new HostPolicy(Listening(urls), new SecurityOptions { AllowedHosts = ["coord.example"] });

        Assert.Equal(served, policy.Allows(new HostString(host)));
    }

    [Fact]
    public void A_star_serves_every_host()
    {
        var policy = new HostPolicy(Listening("http://localhost:1"), new SecurityOptions { AllowedHosts = ["*"] });

        Assert.True(policy.Allows(new HostString("evil.example")));
    }

    [Theory]
    [InlineData("PUT", null, null, null)]
    [InlineData("PUT", "http://localhost:5080", null, null)]
    [InlineData("PUT", "https://LOCALHOST:5080", null, null)]
    [InlineData("PUT", "https://app.example", null, null)]
    [InlineData("PUT", "https://app.example", "cross-site", null)]
    [InlineData("PUT", "http://evil.example", null, "http://evil.example")]
    [InlineData("POST", "http://localhost:3000", "same-site", "http://localhost:3000")]
    [InlineData("DELETE", "null", null, "null")]
    [InlineData("POST", null, "cross-site", "unknown")]
    [InlineData("POST", null, "none", null)]
    [InlineData("POST", "http://localhost:5080", "same-origin", null)]
    [InlineData("GET", "http://evil.example", "cross-site", null)]
    [InlineData("OPTIONS", "http://evil.example", "cross-site", null)]
    public void A_foreign_page_may_not_change_state(string method, string? origin, string? site, string? foreign)
    {
        var request = Request(method, origin, site);

        Assert.Equal(foreign, Policy().ForeignOrigin(request));
    }

    [Fact]
    public void A_foreign_page_may_not_open_a_WebSocket()
    {
        var request = Request("GET", "http://evil.example", null);
        request.Headers.SecWebSocketVersion = "13";

        Assert.Equal("http://evil.example", Policy().ForeignOrigin(request));
    }

    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:0;http://[::1]:0", true)]
    [InlineData("http://unix:/run/webcoord.sock", true)]
    [InlineData("http://localhost:5080;http://0.0.0.0:80", false)]
    [InlineData("http://*:80", false)]
    [InlineData("http://192.0.2.7:80", false)]
    [InlineData("http://coord.example:80", false)]
    public void Loopback_is_told_from_the_rest(string urls, bool loopback) =>
        Assert.Equal(loopback, Listening(urls).AreAllLoopback);

    [Fact]
    public void Endpoints_of_Kestrel_count_instead_of_the_urls()
    {
        var listening = Listening("http://localhost:5080", ("Kestrel:Endpoints:Public:Url", "http://*:80"));

        Assert.False(listening.AreAllLoopback);
        Assert.True(listening.IncludeEveryInterface);
    }

    private static OriginPolicy Policy() => new(new SecurityOptions { AllowedOrigins = ["https://app.example"] });

    private static HttpRequest Request(string method, string? origin, string? site)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Host = new HostString("localhost:5080");
        request.Headers.Origin = origin;
        request.Headers["Sec-Fetch-Site"] = site;
        return request;
    }

    private static ListeningAddresses Listening(string urls, params (string Key, string Value)[] more) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(
            [KeyValuePair.Create("urls", (string?)urls),
                .. more.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))]).Build());
}
