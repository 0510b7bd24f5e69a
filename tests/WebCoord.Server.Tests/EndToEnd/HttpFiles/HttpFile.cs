using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WebCoord.Server.Tests.EndToEnd.HttpFiles;

/// <summary>
/// Reads the part of the <c>.http</c> format that the files here use: <c>@name = value</c>, requests parted by
/// <c>###</c>, headers, a body, and a response handler that keeps fields of the answer in variables. Every request says
/// in a comment which status it expects, and so a file is a test, too.
/// </summary>
internal sealed partial class HttpFile
{
    private readonly string[] _lines;
    private readonly Dictionary<string, string> _variables = [];
    private readonly List<HttpFileRequest> _requests = [];
    private int _next;

    public HttpFile(string text)
    {
        _lines = text.Split('\n');
        while (SkipToContent())
        {
            if (_lines[_next].StartsWith('@'))
            {
                var assignment = _lines[_next++][1..].Split('=', 2, StringSplitOptions.TrimEntries);
                _variables.Add(assignment[0], assignment[1]);
            }
            else
            {
                _requests.Add(ReadRequest());
            }
        }
    }

    public IReadOnlyDictionary<string, string> Variables => _variables;

    public IReadOnlyList<HttpFileRequest> Requests => _requests;

    /// <summary>Puts values in the place of <c>{{names}}</c>.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> variables) =>
        Placeholder().Replace(text, match => variables[match.Groups["name"].Value]);

    /// <summary>Goes to the next line that is neither blank nor a comment; false at the end.</summary>
    private bool SkipToContent()
    {
        while (_next < _lines.Length && (_lines[_next].Length == 0 || _lines[_next].StartsWith('#')))
        {
            _next++;
        }

        return _next < _lines.Length;
    }

    private HttpFileRequest ReadRequest()
    {
        var line = _next + 1;
        var expected = Expectation().Match(_lines[_next - 1]);
        Assert.True(expected.Success, string.Create(
            CultureInfo.InvariantCulture, $"Line {line}: no comment '# expect <status>' above the request."));
        var status = (HttpStatusCode)int.Parse(expected.Groups["status"].Value, CultureInfo.InvariantCulture);
        var requestLine = _lines[_next++].Split(' ');
        var headers = ReadHeaders();
        var (body, captures) = ReadBody();
        return new HttpFileRequest(line, status, requestLine[0], requestLine[1], headers, body, captures);
    }

    private List<(string Name, string Value)> ReadHeaders()
    {
        var headers = new List<(string Name, string Value)>();
        for (; _next < _lines.Length && _lines[_next].Length > 0; _next++)
        {
            var parts = _lines[_next].Split(':', 2, StringSplitOptions.TrimEntries);
            headers.Add((parts[0], parts[1]));
        }

        return headers;
    }

    private (string? Body, List<(string Variable, string Field)> Captures) ReadBody()
    {
        var body = new List<string>();
        var captures = new List<(string Variable, string Field)>();
        for (; _next < _lines.Length && !_lines[_next].StartsWith("###", StringComparison.Ordinal); _next++)
        {
            if (_lines[_next].StartsWith("> {%", StringComparison.Ordinal))
            {
                captures.AddRange(Capture().Matches(_lines[_next])
                    .Select(match => (match.Groups["variable"].Value, match.Groups["field"].Value)));
            }
            else
            {
                body.Add(_lines[_next]);
            }
        }

        var text = string.Join('\n', body).Trim();
        return (text.Length == 0 ? null : text, captures);
    }

    [GeneratedRegex("^# expect (?<status>[0-9]{3})$")]
    private static partial Regex Expectation();

    [GeneratedRegex("""client\.global\.set\("(?<variable>\w+)", response\.body\.(?<field>\w+)\);""")]
    private static partial Regex Capture();

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Placeholder();
}
