using System.Diagnostics;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>
/// Clients are generated from the OpenAPI document as it is checked in, compiled, and used against a running server.
/// What is generated is never checked in.
/// </summary>
public sealed class GeneratedClientTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Success = "created, read, changed, refused and deleted";

    [ProgramFact("node", "npm", "tests/clients/typescript/node_modules")]
    public async Task The_TypeScript_client_creates_reads_changes_and_deletes()
    {
        var folder = Repository.PathOf("tests", "clients", "typescript");
        await RunAsync(folder, "npm", "run", "generate");
        await RunAsync(folder, "npm", "run", "build");
        Assert.Contains(Success, await RunAsync(folder, "npm", "start", "--", Address), StringComparison.Ordinal);
    }

    [ProgramFact("node", "npm", "tests/clients/csharp/node_modules")]
    public async Task The_CSharp_client_creates_reads_changes_and_deletes()
    {
        var folder = Repository.PathOf("tests", "clients", "csharp");
        await RunAsync(folder, "npm", "run", "generate");
        Assert.Contains(Success, await RunAsync(folder, "dotnet", "run", "--", Address), StringComparison.Ordinal);
    }

    private string Address => server.Address.GetLeftPart(UriPartial.Authority);

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        await using var command = new CommandLine(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
        });
        return await command.CompleteAsync();
    }
}
