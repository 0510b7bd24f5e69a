using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WebCoord.Server.Tests;

public sealed class WebCoordOptionsTests
{
    [Fact]
    public void Without_any_configuration_the_defaults_hold()
    {
        var options = Bind();

        Assert.Equal("sqlite", options.Log.Kind);
        Assert.Equal("data/webcoord.db", options.Log.Sqlite.Path);
        Assert.Null(options.Security.AllowAnonymous);
        Assert.Null(options.ToSettings().Problem());
    }

    [Fact]
    public void Every_key_can_be_set()
    {
        foreach (var key in WebCoordOptionsKeys.All)
        {
            var value = key switch
            {
                { Type: var type } when type == typeof(bool) => "true",
                { IsList: true } => "",
                { Name: "WebCoord:ZooKeeper:SuperDigest" } => "super:D/InIHSb7yEEbrWz8b9l71RjZJU=",
                { Name: "WebCoord:ZooKeeper:SuperCertificate" } => "CN=admin,O=example",
                { Name: "WebCoord:ZooKeeper:TlsClientAuth" } => "none",
                { Name: "WebCoord:Instance:Address" } => "http://coord-1.example:5080",
                { Default: null, Type: var type } when type == typeof(int) => "1",
                { Default: null } => "some",
                _ => key.Default.ToString()!,
            };

            Assert.NotNull(Bind((key.Name.ToUpperInvariant(), value)));
        }
    }

    [Fact]
    public void A_mistake_in_a_connection_string_is_named_and_its_password_kept_back()
    {
        var failure = Assert.Throws<OptionsValidationException>(
            () => Bind(("WebCoord:Log:Redis:Configuration", "redis1:6379,password=secret,tls=true")));

        Assert.Contains("'tls'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebCoord:Log:Kind", "raft", "sqlite")]
    [InlineData("WebCoord:Log:Sqlite:Path", " ", "data/webcoord.db")]
    [InlineData("WebCoord:Log:Redis:Prefix", "a{b}", "without braces")]
    [InlineData("WebCoord:Log:Redis:TimeoutMs", "99", "100 to 60000")]
    [InlineData("WebCoord:Log:MaxQueuedBytes", "1000", "4194304")]
    [InlineData("WebCoord:Instance:Address", "coord-1", "http://")]
    [InlineData("WebCoord:Instance:DrainMs", "-1", "0 to 600000")]
    [InlineData("WebCoord:Instance:FeatureLevel", "0", "at least 1")]
    [InlineData("WebCoord:Sessions:TickMs", "5", "10 to 60000")]
    [InlineData("WebCoord:Sessions:MinTimeoutMs", "1999", "4 ticks, 2000")]
    [InlineData("WebCoord:Sessions:MaxTimeoutMs", "1999", "WebCoord:Sessions:MinTimeoutMs, 2000")]
    [InlineData("WebCoord:Sessions:PongTimeoutMs", "999", "1000 to 3600000")]
    [InlineData("WebCoord:Sessions:ReapIntervalMs", "99", "100 to 86400000")]
    [InlineData("WebCoord:Limits:MaxDataBytes", "0", "1 to 3145728")]
    [InlineData("WebCoord:Limits:MaxTransactionBytes", "4194304", "1 to 3145728")]
    [InlineData("WebCoord:Limits:MaxNodes", "many", "a whole number")]
    [InlineData("WebCoord:Limits:MaxRecursiveDelete", "3000000000", "a whole number up to 2147483647")]
    [InlineData("WebCoord:Limits:EnforceQuota", "perhaps", "true or false")]
    [InlineData("WebCoord:ZooKeeper:SuperDigest", "super:secret", "base64(sha1(user:password))")]
    [InlineData("WebCoord:ZooKeeper:FourLetterWords:0", "kill", "one of conf, cons,")]
    [InlineData("WebCoord:ZooKeeper:TlsClientAuth", "maybe", "need, want or none")]
    [InlineData("WebCoord:ZooKeeper:TlsTrustedCertificates", "", "TlsClientAuth to none")]
    [InlineData("WebCoord:ZooKeeper:SuperCertificate", "admin", "such as CN=admin,O=example")]
    [InlineData("WebCoord:ZooKeeper:SuperCertificate", "CN=admin, O=example", "without spaces")]
    [InlineData("WebCoord:Security:KnownProxies:0", "proxy.example", "the address of a proxy")]
    [InlineData("WebCoord:Security:KnownProxies:0", "10.0.0.0/33", "such as 10.0.0.0/8")]
    [InlineData("WebCoord:Security:AllowedHosts:0", "coord.example:80", "without port")]
    [InlineData("WebCoord:Security:AllowedOrigins:0", "https://app.example/", "scheme, host and port")]
    [InlineData("WebCoord:Security:AllowedOrigins:0", "*", "scheme, host and port")]
    [InlineData("WebCoord:Security:AllowedHosts", "a.example", "WebCoord:Security:AllowedHosts:0")]
    public void A_value_that_cannot_be_is_refused_with_key_value_and_fix(string key, string value, string fix)
    {
        var problem = Assert.Single(Assert.Throws<OptionsValidationException>(() => Bind((key, value))).Failures);

        Assert.StartsWith(key.EndsWith(":0", StringComparison.Ordinal) ? key[..^2] : key, problem,
            StringComparison.Ordinal);
        Assert.Contains($"'{value}'", problem, StringComparison.Ordinal);
        Assert.Contains(fix, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebCoord:Log:Knd", "memory", "The nearest one is WebCoord:Log:Kind.")]
    [InlineData("WebCoord:Limit:MaxNodes", "1", "The nearest one is WebCoord:Limits:MaxNodes.")]
    [InlineData("WebCoord:Log:Redis:Password", "secret", "The nearest one is")]
    [InlineData("WebCoord:Log", "sqlite", "it is a section with WebCoord:Log:Kind,")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string key, string value, string suggestion)
    {
        var problem = Assert.Single(Assert.Throws<OptionsValidationException>(() => Bind((key, value))).Failures);

        Assert.StartsWith($"{key} is not a key of WebCoord", problem, StringComparison.Ordinal);
        Assert.Contains(suggestion, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebCoord:ZooKeeper:TlsCertificate", "WebCoord:ZooKeeper:TlsPort", "2281")]
    [InlineData("WebCoord:ZooKeeper:TlsTrustedCertificates", "WebCoord:ZooKeeper:TlsClientAuth", "need")]
    public void What_another_key_needs_must_be_there(string missing, string key, string value)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind((key, value)));

        var problem = Assert.Single(failure.Failures);
        Assert.StartsWith($"{missing} is ''.", problem, StringComparison.Ordinal);
        Assert.Contains(key, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_port_cannot_be_with_and_without_TLS()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind(
            ("WebCoord:ZooKeeper:TlsPort", "2181"), ("WebCoord:ZooKeeper:TlsCertificate", "server.pem")));

        Assert.Equal("WebCoord:ZooKeeper:TlsPort is '2181'. That is WebCoord:ZooKeeper:Port, too. Set it to another "
            + "port, or one of the two to 0.", Assert.Single(failure.Failures));
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var failures = Assert.Throws<OptionsValidationException>(() => Bind(
            ("WebCoord:Log:Kind", "raft"), ("WebCoord:Limits:MaxNodes", "0"))).Failures;

        Assert.Equal(2, failures.Count());
    }

    private static WebCoordOptions Bind(params (string Key, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddWebCoordOptions()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<WebCoordOptions>>().Value;
    }
}
