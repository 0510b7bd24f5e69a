using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace WebCoord.Core.Tree;

/// <summary>
/// A valid absolute path of a znode, such as <c>/app/db/leader</c>; the root is <c>/</c>. This is the only validator:
/// the rules are those of zookeeper-protocol section 5.1. Paths compare ordinally.
/// </summary>
public readonly record struct ZnodePath
{
    /// <summary>Most characters in a path. ZooKeeper has no limit of its own here; without one a single request could
    /// make a tree so deep that every later write in it is slow.</summary>
    public const int MaxLength = 4_096;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(ForbiddenCharacters());

    private ZnodePath(string value) => Value = value;

    public static ZnodePath Root { get; } = new("/");

    /// <summary>The whole path, beginning with a slash.</summary>
    public string Value => field ?? "/";

    public bool IsRoot => Value.Length == 1;

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => NameSpan.ToString();

    /// <summary><see cref="Name"/>, without a copy.</summary>
    public ReadOnlySpan<char> NameSpan => Value.AsSpan(Value.LastIndexOf('/') + 1);

    /// <summary>The path of the parent; the root is its own parent.</summary>
    public ZnodePath Parent => Value.LastIndexOf('/') is > 0 and var slash ? new ZnodePath(Value[..slash]) : Root;

    /// <summary><see cref="Parent"/>, without a copy.</summary>
    public ReadOnlySpan<char> ParentSpan => Value.AsSpan(0, Math.Max(1, Value.LastIndexOf('/')));

    /// <summary>Segments below the root; 0 for the root.</summary>
    public int Depth => IsRoot ? 0 : Value.AsSpan().Count('/');

    /// <summary>The path of a child whose name is known to be valid, because it is in the tree.</summary>
    public ZnodePath Child(string name) => new(IsRoot ? "/" + name : Value + "/" + name);

    /// <summary>Checks a path; <paramref name="problem"/> is a sentence for the one who sent it.</summary>
    public static bool TryParse(string? text, out ZnodePath path, [NotNullWhen(false)] out string? problem)
    {
        path = default;
        problem = Problem(text);
        if (problem is not null)
        {
            return false;
        }

        path = new ZnodePath(text!);
        return true;
    }

    /// <summary>Reads a path that must be valid.</summary>
    /// <exception cref="FormatException">It is not; the message says why.</exception>
    public static ZnodePath Parse(string text) =>
        TryParse(text, out var path, out var problem) ? path : throw new FormatException(problem);

    public override string ToString() => Value;

    private static string? Problem(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "the path is empty; a path begins with '/'";
        }

        if (text[0] != '/')
        {
            return "the path does not begin with '/'";
        }

        if (text.Length == 1)
        {
            return null;
        }

        if (text.Length > MaxLength)
        {
            return $"the path has {text.Length} characters; the most is {MaxLength}";
        }

        if (text[^1] == '/')
        {
            return "the path ends in '/'";
        }

        // Nearly all paths are printable ASCII, which is quickly seen; the long list is for the rest.
        var other = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        var bad = other < 0 ? -1 : text.AsSpan().IndexOfAny(Forbidden);
        if (bad >= 0)
        {
            return $"the path has the character U+{(int)text[bad]:X4} at position {bad}, which no path may contain";
        }

        return SegmentProblem(text);
    }

    private static string? SegmentProblem(string text)
    {
        // A segment to refuse is empty or begins with a dot, so only these places need a look.
        for (var slash = 0; slash >= 0; slash = text.IndexOf('/', slash + 1))
        {
            var end = text.IndexOf('/', slash + 1);
            var segment = text.AsSpan(slash + 1, (end < 0 ? text.Length : end) - slash - 1);
            switch (segment)
            {
                case []:
                    return "the path has an empty segment ('//')";
                case ['.'] or ['.', '.']:
                    return "the path has a segment '.' or '..'; paths are not normalised";
                default:
                    break;
            }
        }

        return null;
    }

    private static string ForbiddenCharacters()
    {
        var characters = new List<char>();
        AddRange('\u0000', '\u001F');
        AddRange('\u007F', '\u009F');
        AddRange('\uD800', '\uF8FF');
        AddRange('\uFFF0', '\uFFFF');
        return new string([.. characters]);

        void AddRange(char first, char last)
        {
            for (int character = first; character <= last; character++)
            {
                characters.Add((char)character);
            }
        }
    }
}
