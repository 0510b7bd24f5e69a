using System.Collections.Immutable;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Wire.Records;

/// <summary>An access control list: a vector of permissions, scheme and id.</summary>
internal static class AclRecord
{
    /// <summary>Fewest bytes of an entry: permissions, and two strings that are null.</summary>
    private const int LeastEntryBytes = 12;

    /// <summary>Reads a list. A null scheme or id becomes empty: kazoo sends an empty id as null.</summary>
    public static Acl Read(ref JuteReader reader)
    {
        var count = reader.Count(LeastEntryBytes);
        var entries = ImmutableArray.CreateBuilder<AclEntry>(count);
        for (var i = 0; i < count; i++)
        {
            var permissions = (Permissions)reader.Int();
            entries.Add(new AclEntry(permissions, reader.Text() ?? "", reader.Text() ?? ""));
        }

        var acl = new Acl(entries.MoveToImmutable());
        return acl.Equals(Acl.Open) ? Acl.Open : acl;
    }

    public static void Write(JuteWriter writer, Acl acl)
    {
        writer.Int(acl.Entries.Length);
        foreach (var entry in acl.Entries)
        {
            writer.Int((int)entry.Permissions);
            writer.Text(entry.Scheme);
            writer.Text(entry.Id);
        }
    }
}
