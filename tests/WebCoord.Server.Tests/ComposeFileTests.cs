using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests;

/// <summary>The compose file cannot be run where these tests are. So it is read with a real YAML parser, and everything
/// in it that has a counterpart in the repository is compared with that.</summary>
public sealed partial class ComposeFileTests
{
    private const string Python = "/usr/bin/python3";
    private const string Yaml = "/usr/lib/python3/dist-packages/yaml";

    private static readonly string[] Instances = ["coord-1", "coord-2", "coord-3"];

    private static readonly string Folder = Repository.PathOf("docs", "scale-out");

    [ProgramFact(Python, Yaml)]
    public async Task It_has_three_instances_Redis_and_nginx()
    {
        var compose = await ReadAsync();

        Assert.Equal([.. Instances, "nginx", "redis"], compose.GetProperty("services").EnumerateObject()
            .Select(service => service.Name).Order(StringComparer.Ordinal));
        var redis = compose.GetProperty("services").GetProperty("redis");
        var command = redis.GetProperty("command").GetString();
        Assert.Contains("--appendonly yes --appendfsync always", command, StringComparison.Ordinal);
        Assert.Contains("--maxmemory-policy noeviction", command, StringComparison.Ordinal);
        Assert.Equal("redis:/data", Assert.Single(redis.GetProperty("volumes").EnumerateArray()).GetString());
        Assert.True(compose.GetProperty("volumes").TryGetProperty("redis", out _));
    }

    [ProgramFact(Python, Yaml)]
    public async Task The_instances_are_built_here_and_told_only_what_they_know()
    {
        var services = (await ReadAsync()).GetProperty("services");
        var nginx = services.GetProperty("nginx").GetProperty("networks").GetProperty("coord")
            .GetProperty("ipv4_address").GetString()!;
        foreach (var name in Instances)
        {
            var instance = services.GetProperty(name);
            Assert.True(File.Exists(Path.Combine(Folder, instance.GetProperty("build").GetString()!, "Dockerfile")));
            var options = Bind(instance.GetProperty("environment"));
            Assert.Equal("redis", options.Log.Kind);
            Assert.Equal("redis:6379", options.Log.Redis.Configuration);
            Assert.Equal(name, options.Instance.Name);
            Assert.Equal($"http://{name}:5080", options.Instance.Address);
            Assert.Equal([nginx], options.Security.KnownProxies);
        }
    }

    [ProgramFact(Python, Yaml)]
    public async Task Nginx_is_given_the_names_and_ports_that_the_instances_have_there()
    {
        var command = (await ReadAsync()).GetProperty("services").GetProperty("nginx").GetProperty("command")
            .EnumerateArray().Select(word => word.GetString()!).ToArray();
        Assert.Equal(["sh", "-c"], command[..2]);
        using var folder = new TemporaryFolder();
        var changed = Path.Combine(folder.Path, "nginx.conf");
        var script = command[2][..command[2].IndexOf("&&", StringComparison.Ordinal)]
            .Replace("/webcoord/nginx.conf", Path.Combine(Folder, "nginx.conf"), StringComparison.Ordinal)
            .Replace("/etc/nginx/nginx.conf", changed, StringComparison.Ordinal);

        await RunAsync("sh", "-c", script);

        var configuration = await File.ReadAllTextAsync(changed);
        Assert.Equal(Instances.Select(name => name + ":5080"),
            Server().Matches(configuration).Select(match => match.Groups["address"].Value));
        Assert.Contains("listen 8080;", configuration, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", configuration, StringComparison.Ordinal);
        Assert.Contains("Urls=http://0.0.0.0:5080", await File.ReadAllTextAsync(Repository.PathOf("Dockerfile")),
            StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ReadAsync() => JsonElement.Parse(await RunAsync(Python, "-c",
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))",
        Path.Combine(Folder, "compose.yaml")));

    /// <summary>Reads variables as an instance would, which refuses what it does not know.</summary>
    private static WebCoordOptions Bind(JsonElement environment)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(environment.EnumerateObject().Select(
            variable => KeyValuePair.Create(
                variable.Name.Replace("__", ":", StringComparison.Ordinal), variable.Value.GetString()))).Build();
        Assert.Equal([WebCoordOptions.Section], configuration.GetChildren().Select(section => section.Key));
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddWebCoordOptions()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<WebCoordOptions>>().Value;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var command = new CommandLine(new ProcessStartInfo(program, arguments));
        return await command.CompleteAsync();
    }

    [GeneratedRegex(@"^\s+server (?<address>\S+) ", RegexOptions.Multiline)]
    private static partial Regex Server();
}
