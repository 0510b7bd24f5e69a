using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire.FourLetterWords;

/// <summary>The answers to four-letter words beside those of a real ZooKeeper that saw the same requests.</summary>
public sealed partial class ZooKeeperWordTests(WordServer server) : IClassFixture<WordServer>
{
    [ProgramFact(ZooKeeperProcess.Java, ZooKeeperProcess.Jar)]
    public async Task The_answers_have_the_form_of_those_of_ZooKeeper()
    {
        await using var other = await ZooKeeperProcess.StartAsync();
        await using var here = await PrepareAsync(server.Port);
        await using var there = await PrepareAsync(other.Port);

        foreach (var word in (string[])["ruok", "isro", "srvr", "stat", "cons", "dump", "dirs", "wchs", "wchc", "wchp",
            "crst", "srst"])
        {
            Assert.Equal(FormOf(await other.AskAsync(word)), FormOf(await server.AskAsync(word)));
        }

        Assert.Equal(KeysOf(await other.AskAsync("conf"), '='), KeysOf(await server.AskAsync("conf"), '='));
        Assert.Equal([.. KeysOf(await other.AskAsync("envi"), '='), "dotnet.version"],
            KeysOf(await server.AskAsync("envi"), '=').OrderBy(key => key == "dotnet.version"));
        var gauges = (await other.AskAsync("mntr")).Split("zk_proposal_count", 2)[0];
        Assert.Equal(KeysOf(gauges, '\t'), KeysOf(await server.AskAsync("mntr"), '\t'));
    }

    /// <summary>A session with an ephemeral node, and watches on two nodes and on the children of one.</summary>
    private static async Task<WireClient> PrepareAsync(int port)
    {
        var client = await WireClient.OpenAsync(port);
        await client.CallAsync(WireOp.Create, WireBody.Create("/alive", [1], flags: 1));
        await client.CallAsync(WireOp.GetData, WireBody.Read("/alive", watch: true));
        await client.CallAsync(WireOp.GetChildren, WireBody.Read("/", watch: true));
        await client.CallAsync(WireOp.Exists, WireBody.Read("/missing", watch: true));
        return client;
    }

    /// <summary>The answer without what differs from one moment to the next. Lists have no order that would mean
    /// anything, and what expires together is chance.</summary>
    private static string FormOf(string answer)
    {
        var form = Version().Replace(answer, "VERSION");
        form = Date().Replace(form, "DATE");
        form = InterestOps().Replace(form, "(");
        form = Number().Replace(form, "N");
        return string.Join('\n', form.Split('\n').Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> KeysOf(string answer, char separator) => answer.Split('\n')
        .Where(line => line.Contains(separator, StringComparison.Ordinal))
        .Select(line => line[..line.IndexOf(separator, StringComparison.Ordinal)])
        .Where(key => !NotTold().IsMatch(key))
        .Order(StringComparer.Ordinal);

    /// <summary>What ZooKeeper tells and this server does not: paths, users, Java, and what it does not count.
    /// </summary>
    [GeneratedRegex("^(dataDir|dataLogDir|java[.].*|user[.].*|zk_(non_mtls_.*|outstanding_tls_handshake"
        + "|(last|min|max)_client_response_size|connection_drop_probability|auth_failed_count))$")]
    private static partial Regex NotTold();

    [GeneratedRegex("(?<=^Zookeeper version: ).*", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"(?<=expire at ).*(?=:$)", RegexOptions.Multiline)]
    private static partial Regex Date();

    [GeneratedRegex(@"\[[0-9a-f]+\]\(")]
    private static partial Regex InterestOps();

    [GeneratedRegex(@"0x[0-9a-f]+|\d+(\.\d+)*")]
    private static partial Regex Number();
}
