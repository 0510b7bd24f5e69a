using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>The view of a node that an entity tag is about.</summary>
internal enum TagView
{
    /// <summary>Its data: <c>"mzxid.version"</c>.</summary>
    Data = 0,

    /// <summary>The list of its children: <c>"pzxid.ccversion"</c>.</summary>
    Children = 1,

    /// <summary>Its ACL: <c>"czxid.aaversion"</c>.</summary>
    Acl = 2,

    /// <summary>That there is no node: <c>"absent"</c>.</summary>
    Absent = 3,
}

/// <summary>
/// Names one version of one view of a node. The zxid in it makes sure that neither a node deleted and made again nor a
/// log that lost its tail ever gives an old tag a second time.
/// </summary>
internal readonly record struct EntityTag(TagView View, Zxid Zxid, int Version)
{
    /// <summary>What a write under a tag of unknown form, or of another view, demands: the impossible.</summary>
    public static Precondition ForeignTag { get; } = Precondition.OfTag(new Zxid(-1), -1);

    public static EntityTag Absent => new(TagView.Absent, Zxid.None, 0);

    public static EntityTag Of(TagView view, in Stat stat) => view switch
    {
        TagView.Children => new EntityTag(view, stat.Pzxid, stat.Cversion),
        TagView.Acl => new EntityTag(view, stat.Czxid, stat.Aversion),
        TagView.Data => new EntityTag(view, stat.Mzxid, stat.Version),
        _ => Absent,
    };

    /// <summary>The tag of a view; <see cref="Absent"/> when there is no node.</summary>
    public static EntityTag Of(TagView view, Znode? node) => node is null ? Absent : Of(view, node.Stat);

    /// <summary>Reads the form of the ETag header, quotes included.</summary>
    public static bool TryParse(string? text, out EntityTag tag)
    {
        tag = default;
        if (text is not ['"', .., '"'] || text.Length < 2)
        {
            return false;
        }

        var inner = text[1..^1];
        if (inner == "absent")
        {
            tag = Absent;
            return true;
        }

        var dot = inner.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || dot == inner.Length - 1 || !Zxid.TryParse(inner[..dot], out var zxid))
        {
            return false;
        }

        var view = inner[dot + 1] switch { 'c' => TagView.Children, 'a' => TagView.Acl, _ => TagView.Data };
        var digits = inner.AsSpan(view == TagView.Data ? dot + 1 : dot + 2);
        if (!int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        tag = new EntityTag(view, zxid, version);
        return tag.ToString() == text;
    }

    /// <summary>What a write under this tag demands. A tag of another view never matches.</summary>
    public Precondition AsPrecondition(TagView view) =>
        View == TagView.Absent ? Precondition.Absent : View == view ? Precondition.OfTag(Zxid, Version) : ForeignTag;

    /// <summary>The form of the ETag header, quotes included.</summary>
    public override string ToString() => View switch
    {
        TagView.Children => string.Create(CultureInfo.InvariantCulture, $"\"{Zxid.Value}.c{Version}\""),
        TagView.Acl => string.Create(CultureInfo.InvariantCulture, $"\"{Zxid.Value}.a{Version}\""),
        TagView.Data => string.Create(CultureInfo.InvariantCulture, $"\"{Zxid.Value}.{Version}\""),
        _ => "\"absent\"",
    };
}
