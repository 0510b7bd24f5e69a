using System.Net;

namespace WebCoord.Server.Tests.EndToEnd.HttpFiles;

/// <summary>One request of an <c>.http</c> file, with its variables still in braces.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Expected">The status that the comment <c># expect</c> promises.</param>
/// <param name="Captures">Variables to set, each from a field of the answer's JSON body.</param>
internal sealed record HttpFileRequest(int Line, HttpStatusCode Expected, string Method, string Target,
    IReadOnlyList<(string Name, string Value)> Headers, string? Body,
    IReadOnlyList<(string Variable, string Field)> Captures);
