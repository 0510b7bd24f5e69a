using System.Text.RegularExpressions;
using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.Wire;

/// <summary>A conversation with ZooKeeper's command line, as <c>tests/clients/zkcli/script.txt</c> has it.</summary>
internal sealed partial class ZkCliScript
{
    private readonly List<(string Command, string Text)> _lines = [];
    private string _command = "";

    private ZkCliScript()
    {
    }

    public List<string> Commands { get; } = [];

    /// <summary>Events that must be printed, such as <c>NodeCreated /a</c>.</summary>
    public List<string> Events { get; } = [];

    public static ZkCliScript Read()
    {
        var script = new ZkCliScript();
        foreach (var line in File.ReadLines(Repository.PathOf("tests", "clients", "zkcli", "script.txt")))
        {
            script.Add(line);
        }

        return script;
    }

    /// <summary>What was printed beside greetings and events, without empty lines.</summary>
    public static List<string> Answers(string output) =>
        [.. output.Split('\n').Where(line => line.Length > 0 && !Beside().IsMatch(line))];

    /// <summary>The events of nodes that were printed, in order.</summary>
    public static List<string> EventsIn(string output) =>
        [.. Event().Matches(output).Select(match => $"{match.Groups["type"]} {match.Groups["path"]}")];

    /// <summary>Whether all that must come is there, or more.</summary>
    public bool IsComplete(string output) =>
        Answers(output).Count >= _lines.Count && EventsIn(output).Count >= Events.Count;

    /// <summary>Fails with the first line that is not as expected, and the command that it answers.</summary>
    public void AssertOutput(string output)
    {
        var answers = Answers(output);
        foreach (var (index, (command, text)) in _lines.Index())
        {
            var answer = index < answers.Count ? answers[index] : "(nothing)";
            var pattern = "^" + Regex.Escape(text).Replace(@"\*", ".*", StringComparison.Ordinal) + "$";
            Assert.True(Regex.IsMatch(answer, pattern),
                $"After \"{command}\", expected: {text}\nPrinted: {answer}\nAll that it printed:\n{output}");
        }

        Assert.Equal(_lines.Count, answers.Count);
        Assert.Equal(Events, EventsIn(output));
    }

    private void Add(string line)
    {
        if (line.StartsWith("> ", StringComparison.Ordinal))
        {
            _command = line[2..];
            Commands.Add(_command);
        }
        else if (line.StartsWith("! ", StringComparison.Ordinal))
        {
            Events.Add(line[2..]);
        }
        else if (line.Length > 0 && !line.StartsWith('#'))
        {
            _lines.Add((_command, line));
        }
    }

    [GeneratedRegex("^(Connecting to |Welcome to |JLine |WATCHER::|WatchedEvent |SLF4J: )")]
    private static partial Regex Beside();

    [GeneratedRegex(@"^WatchedEvent state:SyncConnected type:(?<type>(?!None)\w+) path:(?<path>\S+)",
        RegexOptions.Multiline)]
    private static partial Regex Event();
}
