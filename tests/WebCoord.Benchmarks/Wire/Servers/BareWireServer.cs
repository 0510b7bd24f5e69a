using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace WebCoord.Benchmarks.Wire.Servers;

/// <summary>What Kestrel and the generator can do at best on this machine: every request gets the same answer.
/// </summary>
internal sealed class BareWireServer(string folder) : WireServer(folder)
{
    /// <summary>The argument that starts it.</summary>
    public const string Command = "bare-wire";

    public override string Name => "bare";

    public static async Task<int> RunAsync(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture),
            listener => listener.UseConnectionHandler<BareWireHandler>()));
        await using var app = builder.Build();
        await app.RunAsync();
        return 0;
    }

    public override WireServer Another(string folder) => new BareWireServer(folder);

    public override Task<string> DescribeAsync() => Task.FromResult(
        "bare: a Kestrel connection handler that gives every request the same answer, of the size of that of a get");

    public override Task<long> LiveHeapAsync() => throw new NotSupportedException("It keeps nothing.");

    protected override ProcessStartInfo StartInfo() => new("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "WebCoord.Benchmarks.dll"), Command,
        Address.Port.ToString(CultureInfo.InvariantCulture),
    ]);
}
